using Metrics.Core.Index;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Core.Query.Evaluation;
using Metrics.Core.Storage;

namespace Metrics.Grains.Query;

/// <summary>Answers for the series of this silo.</summary>
internal sealed class SiloQueries(StorageEngine engine, QueryEvaluator evaluator, QueryPlaces places, SymbolTable symbols)
{
    /// <summary>Evaluates a plan when there is a place for it.</summary>
    /// <param name="plan">What is asked.</param>
    /// <param name="then">What becomes of the answer while the place is still taken.</param>
    /// <param name="cancellation">Stops waiting and evaluating.</param>
    /// <exception cref="QueryLimitException">A limit was hit.</exception>
    public Task<T> EvaluateAsync<T>(QueryPlan plan, Func<GroupSet, T> then, CancellationToken cancellation) =>
        places.RunAsync(async () => then(await evaluator.EvaluateAsync(plan, ReadyShards(), cancellation)), cancellation);

    public long EstimateSamples(QueryPlan plan) => evaluator.EstimateSamples(plan, ReadyShards());

    public List<string> ListMetrics(SeriesSelector selector, int limit) =>
        List(selector, limit, (index, compiled, found) => index.ListMetrics(compiled, found));

    public List<string> ListTagKeys(SeriesSelector selector, int limit) =>
        List(selector, limit, (index, compiled, found) => index.ListTagKeys(compiled, found));

    public List<string> ListTagValues(string tagKey, SeriesSelector selector, int limit) =>
        List(selector, limit, (index, compiled, found) => index.ListTagValues(tagKey, compiled, found));

    public List<SeriesKey> FindSeries(SeriesSelector selector, int limit)
    {
        var compiled = Compile(selector);
        var keys = new List<SeriesKey>();
        var ordinals = new List<int>();
        foreach (var shard in ReadyShards())
        {
            ordinals.Clear();
            shard.Index.Select(compiled, ordinals);
            foreach (var ordinal in ordinals)
            {
                if (shard.Index.TryGetKey(ordinal, out var key))
                {
                    keys.Add(key);
                }

                // Only the smallest are asked for: more than a multiple of them need not be held at once.
                if (keys.Count > 1024 + (limit * 4L))
                {
                    keys = SeriesKeyOrder.Smallest(keys, limit);
                }
            }
        }

        return SeriesKeyOrder.Smallest(keys, limit);
    }

    /// <exception cref="SiloUnavailableException">The logs are not read yet: the answer would have a part of the points and not say so.</exception>
    private IReadOnlyList<Shard> ReadyShards() => engine.State == EngineState.Ready
        ? engine.Shards
        : throw new SiloUnavailableException("The silo's storage is not open yet: its write-ahead log is being replayed.");

    private static CompiledSelector Compile(SeriesSelector selector) => CompiledSelector.TryCompile(selector, out var compiled, out var problem)
        ? compiled
        : throw new ArgumentException($"{problem.Field} {problem.Reason}", nameof(selector));

    private List<string> List(SeriesSelector selector, int limit, Action<TagIndex, CompiledSelector, HashSet<int>> collect)
    {
        var compiled = Compile(selector);
        var found = new HashSet<int>();
        foreach (var shard in ReadyShards())
        {
            collect(shard.Index, compiled, found);
        }

        return [.. symbols.InOrder(found, limit)];
    }
}
