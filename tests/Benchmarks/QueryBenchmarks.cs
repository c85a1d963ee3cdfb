using BenchmarkDotNet.Attributes;
using Metrics.Core.Cardinality;
using Metrics.Core.Index;
using Metrics.Core.Memory;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Core.Query.Evaluation;
using Metrics.Core.Storage;
using Microsoft.Extensions.Options;

namespace Metrics.Benchmarks;

/// <summary>An hour of samples every 10 s, in buckets of a minute.</summary>
[MemoryDiagnoser]
public class QueryBenchmarks
{
    private const int Samples = 360;
    private const long FromMs = 1_700_002_800_000;

    private readonly Shard[] _shards;
    private readonly QueryEvaluator _evaluator;
    private QueryPlan _plan = null!;

    public QueryBenchmarks()
    {
        var symbols = new SymbolTable();
        var time = new Clock();
        var limiter = new CardinalityLimiter(Options.Create(new CardinalityOptions()), time);
        var pool = new ChunkPool();
        var random = new Random(1);
        _shards = [.. Enumerable.Range(0, 16).Select(i => new Shard(i, symbols))];
        _evaluator = new QueryEvaluator(Options.Create(new QueryOptions()), symbols, time);
        for (var n = 0; n < 1000; n++)
        {
            var key = SeriesKey.Create("latency", new Tag("host", $"h{n}"), new Tag("region", $"r{n % 10}"));
            _shards[key.Id.Shard(16)].GetOrAdd(key, limiter, out var series);
            for (var i = 0; i < 3 * Samples; i++)
            {
                series!.Append(pool, FromMs + ((i - Samples) * 10_000), Math.Round(random.NextDouble() * 100, 2));
            }
        }
    }

    [Params("avg", "p99", "rate")]
    public string Aggregation { get; set; } = "avg";

    [Params("one", "all", "by region")]
    public string Select { get; set; } = "one";

    [GlobalSetup]
    public void Setup()
    {
        if (!Core.Query.Aggregation.TryParse(Aggregation, out var aggregation))
        {
            throw new InvalidOperationException($"{Aggregation} is no aggregation.");
        }

        _plan = new QueryPlan(
            new SeriesSelector("latency", Select == "one" ? [TagMatcher.Equal("host", "h7")] : []),
            aggregation,
            FromMs,
            FromMs + (Samples * 10_000),
            60_000,
            Select == "by region" ? ["region"] : []);
    }

    [Benchmark]
    public async Task<QueryResult> Query() => (await _evaluator.EvaluateAsync(_plan, _shards)).Finish([]);

    private sealed class Clock : TimeProvider;
}
