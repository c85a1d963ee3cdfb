using Metrics.Core.Index;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Core.Query.Evaluation;
using Metrics.Core.Storage;

namespace Metrics.Grains.Query;

/// <summary>Answers for the series of this silo.</summary>
internal sealed class SiloQueries(StorageEngine engine, QueryEvaluator evaluator, SymbolTable symbols)
{
    public Task<GroupSet> EvaluateAsync(QueryPlan plan) => evaluator.EvaluateAsync(plan, engine.Shards);

    public long EstimateSamples(QueryPlan plan) => evaluator.EstimateSamples(plan, engine.Shards);

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
        foreach (var shard in engine.Shards)
        {
            ordinals.Clear();
            shard.Index.Select(compiled, ordinals);
            foreach (var ordinal in ordinals)
            {
                if (shard.Index.TryGetKey(ordinal, out var key))
                {
                    keys.Add(key);
                }
            }

            // The smallest of all shards are asked for: more than a multiple of them need not be held at once.
            if (keys.Count > limit * 4L)
            {
                keys = SeriesKeyOrder.Smallest(keys, limit);
            }
        }

        return SeriesKeyOrder.Smallest(keys, limit);
    }

    private static CompiledSelector Compile(SeriesSelector selector) => CompiledSelector.TryCompile(selector, out var compiled, out var problem)
        ? compiled
        : throw new ArgumentException($"{problem.Field} {problem.Reason}", nameof(selector));

    private List<string> List(SeriesSelector selector, int limit, Action<TagIndex, CompiledSelector, HashSet<int>> collect)
    {
        var compiled = Compile(selector);
        var found = new HashSet<int>();
        foreach (var shard in engine.Shards)
        {
            collect(shard.Index, compiled, found);
        }

        return [.. symbols.InOrder(found, limit)];
    }
}
