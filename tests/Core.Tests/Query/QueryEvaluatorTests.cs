using Metrics.Core.Model;
using Metrics.Core.Query;

namespace Metrics.Core.Tests.Query;

public class QueryEvaluatorTests
{
    [Theory]
    [InlineData("sum")]
    [InlineData("count")]
    [InlineData("last")]
    [InlineData("increase")]
    [InlineData("p50")]
    [InlineData("p99")]
    public async Task Many_series_read_by_several_workers_give_the_same(string aggregation)
    {
        var series = Enumerable.Range(0, 700).Select(i => Counter(i, 20)).ToList();
        var harness = new QueryHarness(series);
        foreach (var plan in new[]
        {
            QueryHarness.Plan(aggregation, 5_000, 195_000, 60_000, "region"), QueryHarness.Plan(aggregation, 5_000, 195_000),
        })
        {
            QueryHarness.AssertSame(QueryModel.Evaluate(plan, series), await harness.AskAsync(plan));
        }

        // So little may be held at once that there is one worker.
        harness.Limits.MaxPoints = 8;
        var few = QueryHarness.Plan(aggregation, 5_000, 195_000, 100_000, "region");
        QueryHarness.AssertSame(QueryModel.Evaluate(few, series), await harness.AskAsync(few));
    }

    [Theory]
    [InlineData(10_000, 1e-12)]
    [InlineData(10_001, 0.01)]
    [InlineData(60_000, 0.01)]
    public async Task Quantiles_are_exact_up_to_ten_thousand_points_and_within_a_percent_above(int points, double tolerance)
    {
        var random = new Random(points);
        var series = new List<ModelSeries>();
        for (var left = points; left > 0; left -= 1000)
        {
            // Like latencies: most are short, some are very long.
            var samples = Enumerable.Range(0, Math.Min(left, 1000)).Select(i => ((long)i, Math.Exp(2 + random.NextDouble() + (3 * random.NextDouble() * random.NextDouble()))));
            series.Add(new ModelSeries(SeriesKey.Create("m", new Tag("n", $"{left}")), [.. samples], []));
        }

        foreach (var quantile in new[] { "p0", "p1", "p50", "p90", "p99", "p99.9", "p100" })
        {
            var plan = QueryHarness.Plan(quantile, 0, 1000);
            var expected = QueryModel.Evaluate(plan, series);
            QueryHarness.AssertSame(expected, await new QueryHarness(series).AskAsync(plan), tolerance);
            QueryHarness.AssertSame(expected, await new QueryHarness(series).AskInPartsAsync(plan), tolerance);
        }
    }

    [Theory]
    [InlineData("p0", double.NegativeInfinity)]
    [InlineData("p10", double.NegativeInfinity)]
    [InlineData("p50", 7)]
    [InlineData("p90", double.PositiveInfinity)]
    [InlineData("p100", double.PositiveInfinity)]
    public async Task Infinite_points_count_among_more_than_are_kept(string quantile, double expected)
    {
        var series = new List<ModelSeries>();
        for (var n = 0; n < 5; n++)
        {
            var samples = Enumerable.Range(0, 5000).Select(i => ((long)i, (i % 5) switch
            {
                0 => double.NegativeInfinity,
                4 => double.PositiveInfinity,
                _ => 7,
            }));
            series.Add(new ModelSeries(SeriesKey.Create("m", new Tag("n", $"{n}")), [.. samples], []));
        }

        var plan = QueryHarness.Plan(quantile, 0, 5000);
        Assert.Equal(expected, Assert.Single(await new QueryHarness(series).AskAsync(plan)).Value);
        Assert.Equal(expected, Assert.Single(await new QueryHarness(series).AskInPartsAsync(plan)).Value);
    }

    [Fact]
    public async Task An_increase_goes_on_from_the_sample_before_the_range_and_over_markers()
    {
        var samples = new (long, double)[] { (0, 100), (1000, 110), (1500, double.NaN), (2000, 130), (3000, 5), (4000, double.PositiveInfinity), (5000, double.PositiveInfinity) };
        var harness = new QueryHarness([new ModelSeries(SeriesKey.Create("m"), samples, [])]);
        Assert.Equal(20, Assert.Single(await harness.AskAsync(QueryHarness.Plan("increase", 2000, 3000))).Value);
        Assert.Equal(25, Assert.Single(await harness.AskAsync(QueryHarness.Plan("increase", 1600, 4000))).Value);
        Assert.Equal(10, Assert.Single(await harness.AskAsync(QueryHarness.Plan("increase", 0, 1200))).Value);
        Assert.Equal(0, Assert.Single(await harness.AskAsync(QueryHarness.Plan("increase", -10, 10))).Value);
        Assert.Equal(0, Assert.Single(await harness.AskAsync(QueryHarness.Plan("increase", 4500, 6000))).Value);
        Assert.Empty(await harness.AskAsync(QueryHarness.Plan("increase", 1200, 1600)));
    }

    [Fact]
    public async Task Groups_come_in_order_and_no_more_than_asked_for()
    {
        var series = Enumerable.Range(0, 9).Select(i => Counter(i, 3)).ToList();
        var harness = new QueryHarness(series);
        var plan = QueryHarness.Plan("count", 0, 100_000, null, "region", "absent") with { Limit = 2 };
        var result = (await harness.EvaluateAsync(plan)).Finish(["before"]);
        Assert.Equal([[new Tag("region", "r0")], [new Tag("region", "r1")]], result.Groups.Select(static g => g.Tags));
        Assert.Equal(2, result.Warnings.Count);
        Assert.Contains("3 groups", result.Warnings[1], StringComparison.Ordinal);
        Assert.Empty((await harness.EvaluateAsync(plan with { Limit = 3 })).Finish([]).Warnings);
    }

    [Fact]
    public async Task Without_a_match_there_is_no_group()
    {
        var harness = new QueryHarness([Counter(1, 3)]);
        Assert.Empty(await harness.AskAsync(QueryHarness.Plan("avg", 0, 100_000) with { Selector = new("other", []) }));
        Assert.Empty(await harness.AskInPartsAsync(QueryHarness.Plan("p50", 100_000, 200_000, 1000, "region")));
    }

    [Theory]
    [InlineData("MaxSeries")]
    [InlineData("MaxSamples")]
    [InlineData("MaxPoints")]
    [InlineData("Timeout")]
    public async Task A_limit_that_is_hit_is_named(string limit)
    {
        var harness = new QueryHarness(Enumerable.Range(0, 600).Select(i => Counter(i, 10)));
        var plan = QueryHarness.Plan("p50", 0, 100_000, 10_000, "number");
        switch (limit)
        {
            case "MaxSeries":
                harness.Limits.MaxSeries = 600;
                Assert.NotEmpty(await harness.AskAsync(plan));
                harness.Limits.MaxSeries = 599;
                break;
            case "MaxSamples":
                harness.Limits.MaxSamples = 6000;
                Assert.NotEmpty(await harness.AskAsync(plan));
                harness.Limits.MaxSamples = 5999;
                break;
            case "MaxPoints":
                harness.Limits.MaxPoints = 6000;
                Assert.NotEmpty(await harness.AskAsync(plan));
                harness.Limits.MaxPoints = 5999;
                break;
            default:
                harness.Limits.Timeout = TimeSpan.FromSeconds(1);
                harness.Time.AutoAdvanceAmount = TimeSpan.FromMilliseconds(2);
                break;
        }

        var error = await Assert.ThrowsAsync<QueryLimitException>(() => harness.EvaluateAsync(plan));
        Assert.Equal("Metrics:Query:" + limit, error.Limit);
        Assert.NotEmpty(error.Message);
    }

    [Theory]
    [InlineData("avg")]
    [InlineData("increase")]
    [InlineData("p99")]
    public async Task More_buckets_than_can_be_counted_are_too_many_points(string aggregation)
    {
        var harness = new QueryHarness([Counter(1, 3)]);
        foreach (var (from, to) in new[] { (0L, 1L << 40), (long.MinValue / 2, long.MaxValue / 2) })
        {
            var error = await Assert.ThrowsAsync<QueryLimitException>(() => harness.EvaluateAsync(QueryHarness.Plan(aggregation, from, to, 1)));
            Assert.Equal("Metrics:Query:MaxPoints", error.Limit);
        }
    }

    [Fact]
    public async Task A_cancelled_query_stops()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var harness = new QueryHarness([Counter(1, 3)]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => harness.Evaluator().EvaluateAsync(QueryHarness.Plan("avg", 0, 1000), harness.Shards, cancelled.Token));
    }

    [Fact]
    public void The_estimate_follows_the_range()
    {
        var harness = new QueryHarness(Enumerable.Range(0, 20).Select(i => Counter(i, 101)));
        Assert.Equal(2020, harness.Evaluator().EstimateSamples(QueryHarness.Plan("p50", -5_000_000, 5_000_000), harness.Shards));
        Assert.InRange(harness.Evaluator().EstimateSamples(QueryHarness.Plan("p50", 0, 500_000), harness.Shards), 950, 1050);
        Assert.Equal(0, harness.Evaluator().EstimateSamples(QueryHarness.Plan("p50", 5_000_000, 6_000_000), harness.Shards));
        Assert.Equal(0, new QueryHarness().Evaluator().EstimateSamples(QueryHarness.Plan("p50", 0, 1), []));
    }

    /// <summary>A sample every ten seconds, in quarters.</summary>
    private static ModelSeries Counter(int number, int samples) => new(
        SeriesKey.Create("m", new Tag("region", $"r{number % 3}"), new Tag("number", $"{number}")),
        [.. Enumerable.Range(0, samples).Select(i => (i * 10_000L, (i * number % 50) / 4.0))],
        []);
}
