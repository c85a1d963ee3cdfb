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

    public Task<List<string>> ListMetricsAsync(SeriesSelector selector, int limit) =>
        ListAsync(selector, limit, (index, compiled, found) => index.ListMetrics(compiled, found));

    public Task<List<string>> ListTagKeysAsync(SeriesSelector selector, int limit) =>
        ListAsync(selector, limit, (index, compiled, found) => index.ListTagKeys(compiled, found));

    public Task<List<string>> ListTagValuesAsync(string tagKey, SeriesSelector selector, int limit) =>
        ListAsync(selector, limit, (index, compiled, found) => index.ListTagValues(tagKey, compiled, found));

    public Task<List<SeriesKey>> FindSeriesAsync(SeriesSelector selector, int limit)
    {
        var compiled = Compile(selector);
        return places.ListAsync(() => SeriesKeyOrder.Smallest(Find(compiled), limit));
    }

    private IEnumerable<SeriesKey> Find(CompiledSelector selector)
    {
        var ordinals = new List<int>();
        foreach (var shard in ReadyShards())
        {
            ordinals.Clear();
            shard.Index.Select(selector, ordinals);
            foreach (var ordinal in ordinals)
            {
                if (shard.Index.TryGetKey(ordinal, out var key))
                {
                    yield return key;
                }
            }
        }
    }

    /// <exception cref="SiloUnavailableException">The logs are not read yet: the answer would have a part of the points and not say so.</exception>
    private IReadOnlyList<Shard> ReadyShards() => engine.State == EngineState.Ready
        ? engine.Shards
        : throw new SiloUnavailableException("The silo's storage is not open yet: its write-ahead log is being replayed.");

    private static CompiledSelector Compile(SeriesSelector selector) => CompiledSelector.TryCompile(selector, out var compiled, out var problem)
        ? compiled
        : throw new ArgumentException($"{problem.Field} {problem.Reason}", nameof(selector));

    private Task<List<string>> ListAsync(SeriesSelector selector, int limit, Action<TagIndex, CompiledSelector, HashSet<int>> collect)
    {
        var compiled = Compile(selector);
        return places.ListAsync<List<string>>(() =>
        {
            var found = new HashSet<int>();
            foreach (var shard in ReadyShards())
            {
                collect(shard.Index, compiled, found);
            }

            return [.. symbols.InOrder(found, limit)];
        });
    }
}
