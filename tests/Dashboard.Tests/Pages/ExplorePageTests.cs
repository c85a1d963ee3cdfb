using Bunit;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Dashboard.Explore;
using Metrics.Dashboard.Tests.Fakes;

namespace Metrics.Dashboard.Tests.Pages;

public sealed class ExplorePageTests : DashboardContext
{
    [Fact]
    public void Without_any_metric_it_says_how_to_send_one()
    {
        var page = Open<ExplorePage>("/explore");

        page.WaitForElement("[data-testid=first-point]");
    }

    [Fact]
    public void Before_a_metric_is_picked_it_offers_what_there_is()
    {
        Grain.Metrics.AddRange(["host.load1", "http.requests"]);
        var page = Open<ExplorePage>("/explore");
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("[data-testid=suggestions] button").Count));

        page.FindAll("[data-testid=suggestions] button")[1].Click();

        Assert.Equal("http://localhost/explore?metric=http.requests", Navigation.Uri);
        page.WaitForElement("[data-testid=chart-explore]");
    }

    [Fact]
    public void The_address_is_the_query()
    {
        Open<ExplorePage>("/explore?metric=http.latency&agg=p99&tag=service%3Dapi&tag=region!~eu-.*&by=endpoint&by=method&range=1h&interval=1m");

        var plan = Assert.Single(Grain.Asked);
        Assert.Equal("http.latency", plan.Selector.Metric);
        Assert.Equal(new Aggregation(AggregationKind.Quantile, 0.99), plan.Aggregation);
        Assert.Equal(["endpoint", "method"], plan.GroupBy);
        Assert.Equal(60_000, plan.IntervalMs);
        Assert.Equal((MatchKind.Equal, "api"), (plan.Selector.Matchers[0].Kind, plan.Selector.Matchers[0].Values[0]));
        Assert.Equal((MatchKind.NotRegex, "eu-.*"), (plan.Selector.Matchers[1].Kind, plan.Selector.Matchers[1].Values[0]));
        Assert.Equal(Start.ToUnixTimeMilliseconds(), plan.ToMs);
        Assert.Equal(Start.AddHours(-1).ToUnixTimeMilliseconds(), plan.FromMs);
    }

    [Fact]
    public void Each_series_is_summed_up_beside_the_chart()
    {
        Grain.Answer = plan => Task.FromResult(new QueryResult(
            [FakeQueryGrain.Group(plan, 12.5, new Tag("mode", "user")), FakeQueryGrain.Group(plan, 3, new Tag("mode", "system"))], []));

        var page = Open<ExplorePage>("/explore?metric=host.cpu.utilization&by=mode");

        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("[data-testid=summary] tbody tr").Count));
        var row = page.FindAll("[data-testid=summary] tbody tr")[0];
        Assert.Equal("user", row.QuerySelector("th")!.TextContent);
        Assert.All(row.QuerySelectorAll("td"), cell => Assert.Equal("12.5 %", cell.TextContent));
    }

    [Fact]
    public void The_points_are_listed_newest_first()
    {
        var page = Open<ExplorePage>("/explore?metric=queue.depth&range=5m&interval=1m&view=points");

        page.WaitForAssertion(() => Assert.Equal(5, page.FindAll("[data-testid=points] tbody tr").Count));
        Assert.Equal("2026-02-22 11:59:00", page.Find("[data-testid=points] tbody th").TextContent);
    }

    [Fact]
    public void A_failed_query_is_shown_in_place_and_the_last_data_stays()
    {
        var page = Open<ExplorePage>("/explore?metric=queue.depth");
        page.WaitForElement("[data-testid=summary]");

        Grain.Answer = _ => throw new QueryLimitException("Metrics:Query:MaxPoints", "The query read more than 50 M points");
        Time.Advance(TimeSpan.FromSeconds(5));

        page.WaitForAssertion(() =>
        {
            var error = page.Find("[data-testid=query-error]").TextContent;
            Assert.Contains("more than 50 M points (Metrics:Query:MaxPoints)", error);
            Assert.Contains("from 5 s ago", error);
        });
        Assert.NotEmpty(page.FindAll("[data-testid=summary]"));
    }

    [Fact]
    public void An_interval_too_short_for_the_range_is_refused_with_one_that_fits()
    {
        var page = Open<ExplorePage>("/explore?metric=queue.depth&range=24h&interval=1s");

        page.WaitForAssertion(() => Assert.Contains("Choose at least 18s", page.Find("[data-testid=query-error]").TextContent));
        Assert.Empty(Grain.Asked);
    }

    [Fact]
    public void Nothing_found_says_what_to_do()
    {
        Grain.Answer = _ => Task.FromResult(new QueryResult([], []));
        var page = Open<ExplorePage>("/explore?metric=queue.depth");

        page.WaitForAssertion(() => Assert.Contains("remove a filter", page.Find("[data-testid=empty]").TextContent));
    }

    [Fact]
    public void What_is_missing_from_the_answer_is_said()
    {
        Grain.Answer = plan => Task.FromResult(FakeQueryGrain.Line(plan, 1) with { Warnings = ["silo-2 did not answer"] });
        var page = Open<ExplorePage>("/explore?metric=queue.depth");

        page.WaitForAssertion(() => Assert.Contains("silo-2 did not answer", page.Find(".notice").TextContent));
    }

    [Fact]
    public void More_series_than_can_be_told_apart_are_capped_and_it_says_so()
    {
        Grain.Answer = plan => Task.FromResult(new QueryResult(
            [.. Enumerable.Range(0, 70).Select(i => FakeQueryGrain.Group(plan, i, new Tag("pod", $"pod-{i:00}")))], []));
        var page = Open<ExplorePage>("/explore?metric=queue.depth&by=pod");

        page.WaitForAssertion(() => Assert.Equal(50, page.FindAll("[data-testid=summary] tbody tr").Count));
        Assert.Contains("50 largest of 70", page.Markup);
        Assert.Contains("pod-69", page.Find("[data-testid=summary]").TextContent);
        Assert.DoesNotContain("pod-00", page.Find("[data-testid=summary]").TextContent);
    }

    [Fact]
    public void A_filter_is_written_removed_and_kept_in_the_address()
    {
        Grain.Tags["mode"] = ["idle", "user"];
        var page = Open<ExplorePage>("/explore?metric=host.cpu.utilization&tag=mode%3Didle");
        Assert.Equal("mode = idle", page.Find("[data-testid=filter] button").TextContent);

        page.Find("[data-testid=filter] button[aria-label]").Click();

        Assert.Equal("http://localhost/explore?metric=host.cpu.utilization", Navigation.Uri);
        Assert.Empty(page.FindAll("[data-testid=filter]"));
    }

    [Fact]
    public void Going_back_shows_the_query_before()
    {
        var page = Open<ExplorePage>("/explore?metric=a");
        page.WaitForElement("[data-testid=summary]");

        Navigation.NavigateTo("/explore?metric=b");
        page.WaitForAssertion(() => Assert.Equal("b", Grain.Asked[^1].Selector.Metric));

        Navigation.NavigateTo("/explore?metric=a");
        page.WaitForAssertion(() => Assert.Equal("a", Grain.Asked[^1].Selector.Metric));
    }

    [Fact]
    public void A_slow_answer_to_an_older_query_is_not_shown_under_a_newer_one()
    {
        var slow = new TaskCompletionSource<QueryResult>();
        Grain.Answer = plan => plan.Selector.Metric == "slow" ? slow.Task : Task.FromResult(FakeQueryGrain.Line(plan, 2));
        var page = Open<ExplorePage>("/explore?metric=slow");

        Navigation.NavigateTo("/explore?metric=fast");
        page.WaitForAssertion(() => Assert.Contains("avg(fast)", page.Find("[data-testid=summary]").TextContent));
        slow.SetResult(FakeQueryGrain.Line(Grain.Asked[0], 1));

        Time.Advance(TimeSpan.FromSeconds(5));
        page.WaitForAssertion(() => Assert.True(Grain.Asked.Count >= 3));
        Assert.DoesNotContain("slow", page.Find("[data-testid=summary]").TextContent);
    }

    [Fact]
    public void What_the_address_cannot_say_is_named()
    {
        var page = Open<ExplorePage>("/explore?metric=a&agg=median&range=soon&interval=often&tag=nonsense");

        page.WaitForAssertion(() => Assert.Equal(4, page.FindAll(".notice").Count));
        Assert.Equal(AggregationKind.Avg, Assert.Single(Grain.Asked).Aggregation.Kind);
    }

    [Fact]
    public void Names_from_data_never_become_markup()
    {
        const string hostile = "<img src=x onerror=alert(1)>";
        Grain.Metrics.Add(hostile);
        Grain.Tags[hostile] = [hostile];
        Grain.Answer = plan => Task.FromResult(FakeQueryGrain.Line(plan, 1, new Tag(hostile, hostile)) with { Warnings = [hostile] });
        var state = ExploreState.Empty with { Metric = hostile, GroupBy = [hostile], Filters = [new TagFilter(hostile, "=", hostile)] };

        var page = Open<ExplorePage>(state.ToUri());

        page.WaitForElement("[data-testid=summary]");
        Assert.Contains(hostile, page.Find("[data-testid=summary] tbody th").TextContent);
        Assert.Contains(hostile, page.Find("[data-testid=filter]").TextContent);
        Assert.Empty(page.FindAll("img"));
    }
}
