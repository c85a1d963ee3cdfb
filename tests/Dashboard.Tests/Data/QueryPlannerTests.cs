using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Dashboard.Data;

namespace Metrics.Dashboard.Tests.Data;

public sealed class QueryPlannerTests
{
    private static readonly DateTimeOffset Now = new(2026, 2, 22, 12, 0, 3, TimeSpan.Zero);

    [Fact]
    public void The_first_bucket_is_whole()
    {
        var plan = QueryPlanner.Plan(Query("avg"), TimeRange.Default, Now);

        Assert.Equal(5_000, plan.IntervalMs);
        Assert.Equal(0, plan.FromMs % 5_000);
        Assert.True(plan.FromMs <= Now.AddMinutes(-15).ToUnixTimeMilliseconds());
        Assert.Equal(Now.ToUnixTimeMilliseconds(), plan.ToMs);
    }

    [Theory]
    [InlineData("rate")]
    [InlineData("increase")]
    [InlineData("count")]
    [InlineData("sum")]
    public void A_bucket_that_is_still_filling_is_left_out_where_it_would_look_like_a_collapse(string aggregation)
    {
        var plan = QueryPlanner.Plan(Query(aggregation), TimeRange.Default, Now);

        Assert.Equal(Now.AddSeconds(-3).ToUnixTimeMilliseconds(), plan.ToMs);
    }

    [Fact]
    public void Values_land_in_their_buckets_and_gaps_stay_gaps()
    {
        var plan = QueryPlanner.Plan(Query("avg"), TimeRange.Relative(TimeSpan.FromSeconds(4)), Now);
        var result = new QueryResult([new QueryGroup([], [plan.FromMs, plan.FromMs + 3000], [1, 4])], []);

        var frame = FrameBuilder.Build(Query("avg"), plan, result);

        Assert.Equal([1, double.NaN, double.NaN, 4], frame.Series[0].Values);
        Assert.Equal(new SeriesSummary(4, 1, 2.5, 4, 2), frame.Series[0].Summarize());
    }

    [Fact]
    public void A_group_is_named_by_its_tags()
    {
        var query = Query("avg") with { GroupBy = ["mode", "host"] };
        var plan = QueryPlanner.Plan(query, TimeRange.Default, Now);
        var result = new QueryResult([new QueryGroup([new Tag("mode", "user")], [plan.FromMs], [1])], []);

        Assert.Equal("mode=user, host=(none)", FrameBuilder.Build(query, plan, result).Series[0].Name);
    }

    private static PanelQuery Query(string aggregation) =>
        new("m", Aggregation.TryParse(aggregation, out var parsed) ? parsed : throw new ArgumentException(aggregation), [], []);
}
