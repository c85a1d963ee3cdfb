using Metrics.Core.Cardinality;
using Metrics.Core.Index;
using Metrics.Core.Memory;
using Metrics.Core.Query;
using Metrics.Core.Query.Evaluation;
using Metrics.Core.Series;
using Metrics.Core.Storage;
using Metrics.Core.Tests.Storage;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Core.Tests.Query;

/// <summary>Shards with series in them, and an evaluator.</summary>
internal sealed class QueryHarness
{
    private readonly SymbolTable _symbols = new();
    private readonly CardinalityLimiter _limiter = new(Options.Create(new CardinalityOptions()), new FakeTimeProvider());

    public QueryHarness(IEnumerable<ModelSeries>? series = null)
    {
        Shards = [.. Enumerable.Range(0, 4).Select(i => new Shard(i, _symbols))];
        foreach (var model in series ?? [])
        {
            Add(model);
        }
    }

    public Shard[] Shards { get; }

    public ChunkPool Pool { get; } = new();

    public QueryOptions Limits { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public LiveSeries Add(ModelSeries model)
    {
        Shards[model.Key.Id.Shard(Shards.Length)].GetOrAdd(model.Key, _limiter, out var series);
        foreach (var (at, value) in model.Samples)
        {
            series!.Append(Pool, at, value);
        }

        foreach (var (at, values) in model.Distributions)
        {
            series!.AppendDistribution(at, EngineHarness.Digest(values));
        }

        return series!;
    }

    public QueryEvaluator Evaluator() => new(Options.Create(Limits), _symbols, Time);

    public Task<GroupSet> EvaluateAsync(QueryPlan plan, Shard[]? shards = null) =>
        Evaluator().EvaluateAsync(plan, shards ?? Shards, TestContext.Current.CancellationToken);

    public async Task<List<(string Group, long StartMs, double Value)>> AskAsync(QueryPlan plan) =>
        QueryModel.Flatten(plan, (await EvaluateAsync(plan)).Finish([]));

    /// <summary>As two silos would: each half by itself, sent as bytes, and merged.</summary>
    public async Task<List<(string Group, long StartMs, double Value)>> AskInPartsAsync(QueryPlan plan)
    {
        var whole = new GroupSet(plan);
        whole.Merge((await EvaluateAsync(plan, Shards[..1])).ToBytes());
        whole.Merge(await EvaluateAsync(plan, Shards[1..2]));
        whole.Merge((await EvaluateAsync(plan, Shards[2..])).ToBytes());
        return QueryModel.Flatten(plan, whole.Finish([]));
    }

    public static QueryPlan Plan(string aggregation, long fromMs, long toMs, long? intervalMs = null, params string[] groupBy)
    {
        Assert.True(Aggregation.TryParse(aggregation, out var parsed));
        return new QueryPlan(SeriesSelector.All, parsed, fromMs, toMs, intervalMs, groupBy);
    }

    public static void AssertSame(
        List<(string Group, long StartMs, double Value)> expected, List<(string Group, long StartMs, double Value)> actual, double tolerance = 1e-9)
    {
        Assert.Equal(expected.Select(static e => (e.Group, e.StartMs)), actual.Select(static a => (a.Group, a.StartMs)));
        foreach (var (wanted, got) in expected.Zip(actual))
        {
            if (!wanted.Value.Equals(got.Value))
            {
                Assert.True(
                    Math.Abs(wanted.Value - got.Value) <= Math.Abs(wanted.Value) * tolerance,
                    $"{wanted.Group} at {wanted.StartMs}: {got.Value} instead of {wanted.Value}");
            }
        }
    }
}
