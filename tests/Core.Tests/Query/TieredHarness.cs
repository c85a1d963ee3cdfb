using Metrics.Core.Catalog;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Core.Query.Evaluation;
using Metrics.Core.Query.Planning;
using Metrics.Core.Query.Reading;
using Metrics.Core.Storage;
using Metrics.Core.Tests.Files;
using Metrics.Core.Tests.Maintenance;
using Microsoft.Extensions.Options;

namespace Metrics.Core.Tests.Query;

/// <summary>An engine whose data moves to blocks and rollups, an evaluator over all of it, and the points as lists.</summary>
internal sealed class TieredHarness(MaintenanceHarness inner, IReadFilter? filter = null) : IAsyncDisposable
{
    private readonly Dictionary<SeriesKey, SortedDictionary<long, double>> _points = [];
    private readonly Dictionary<SeriesKey, SortedDictionary<long, double[]>> _distributions = [];

    public MaintenanceHarness Inner { get; } = inner;

    public QueryOptions Limits { get; } = new();

    public BlockSource Source { get; } = new(
        inner.Stores, inner.Stores, new BlockReaders(inner.Stores, Options.Create(new CacheOptions())), filter);

    public IReadOnlyList<ModelSeries> Model =>
    [
        .. _points.Keys.Union(_distributions.Keys).Select(key => new ModelSeries(
            key,
            [.. _points.GetValueOrDefault(key, []).Select(static p => (p.Key, p.Value))],
            [.. _distributions.GetValueOrDefault(key, []).Select(static p => (p.Key, p.Value))])),
    ];

    public static async Task<TieredHarness> OpenAsync(HarnessOptions? options = null, IReadFilter? filter = null)
    {
        var inner = await MaintenanceHarness.OpenAsync(new FaultyFileSystem(), options: options);

        // Until the object store has answered once, what it has is not known, and answers say so.
        await inner.Stores.FlushAsync(MaintenanceHarness.Cancellation);
        return new(inner, filter);
    }

    public async Task WriteAsync(IEnumerable<(SeriesKey Key, long AtMs, double Value)> points)
    {
        var list = points.ToList();
        foreach (var (key, at, value) in list)
        {
            Of(_points, key)[at] = value;
        }

        await Inner.WriteAsync(list);
    }

    public async Task WriteDistributionAsync(SeriesKey key, long atMs, double[] values)
    {
        Of(_distributions, key)[atMs] = values;
        using var buffer = new SampleBuffer();
        Inner.Engine.GetOrAdd(key, out var series);
        buffer.Add(series!, atMs, Storage.EngineHarness.Digest(values));
        await Inner.Engine.AppendAsync(buffer, MaintenanceHarness.Cancellation);
    }

    public async Task DeleteAsync(SeriesSelector selector, Func<SeriesKey, bool> matches, long fromMs, long toMs)
    {
        await Inner.Deletion.DeleteAsync(selector, fromMs, toMs, MaintenanceHarness.Cancellation);
        foreach (var key in _points.Keys.Where(matches))
        {
            foreach (var at in _points[key].Keys.Where(at => at >= fromMs && at < toMs).ToList())
            {
                _points[key].Remove(at);
            }
        }

        foreach (var key in _distributions.Keys.Where(matches))
        {
            foreach (var at in _distributions[key].Keys.Where(at => at >= fromMs && at < toMs).ToList())
            {
                _distributions[key].Remove(at);
            }
        }
    }

    public QueryEvaluator Evaluator() => new(Options.Create(Limits), Inner.Engine.Shards[0].Index.Symbols, Inner.Time, Source);

    public async Task<QueryResult> AskAsync(QueryPlan plan)
    {
        var groups = await Evaluator().EvaluateAsync(plan, Inner.Engine.Shards, MaintenanceHarness.Cancellation);
        var copy = new GroupSet(plan);
        copy.Merge(groups.ToBytes());
        return copy.Finish([]);
    }

    public async Task CheckAsync(QueryPlan plan, double tolerance = 1e-9)
    {
        var result = await AskAsync(plan);
        try
        {
            Assert.Equal([], result.Warnings);
            Assert.False(result.Partial);
            QueryHarness.AssertSame(QueryModel.Evaluate(plan, Model.Where(m => Matches(plan.Selector, m.Key))), QueryModel.Flatten(plan, result), tolerance);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{plan} over {string.Join("; ", plan.GroupBy)} warned of {string.Join("; ", result.Warnings)}, read {string.Join("\n", result.Explain?.Parts ?? [])}", e);
        }
    }

    public ValueTask DisposeAsync() => Inner.DisposeAsync();

    /// <summary>Of selectors that compare for equality only.</summary>
    private static bool Matches(SeriesSelector selector, SeriesKey key) =>
        key.Metric == selector.Metric && selector.Matchers.All(m => (key.ValueOf(m.Key) ?? "") == m.Values[0]);

    private static SortedDictionary<long, T> Of<T>(Dictionary<SeriesKey, SortedDictionary<long, T>> all, SeriesKey key)
    {
        if (!all.TryGetValue(key, out var points))
        {
            all.Add(key, points = []);
        }

        return points;
    }
}
