using Bunit;
using Metrics.Core.Query;
using Metrics.Dashboard.Overview;
using Metrics.Dashboard.Tests.Fakes;

namespace Metrics.Dashboard.Tests.Pages;

public sealed class OverviewPageTests : DashboardContext
{
    [Fact]
    public void Without_any_metric_it_says_how_to_send_one()
    {
        var page = Open<OverviewPage>("/");

        page.WaitForAssertion(() => Assert.Contains("curl http://localhost/api/v1/metrics", page.Find("[data-testid=first-point]").TextContent));
        Assert.Empty(page.FindAll("[data-testid^=tile-]"));
    }

    [Fact]
    public void The_first_metric_turns_the_guide_into_tiles_without_a_reload()
    {
        var page = Open<OverviewPage>("/");
        page.WaitForElement("[data-testid=first-point]");

        Grain.Metrics.Add("host.load1");
        Time.Advance(TimeSpan.FromSeconds(5));

        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("[data-testid=tile-ingest]")));
        Assert.Empty(page.FindAll("[data-testid=first-point]"));
    }

    [Fact]
    public void Tiles_show_the_newest_value_in_its_unit()
    {
        Record("host.cpu.utilization");
        Grain.Answer = plan => Task.FromResult(plan.Selector.Metric switch
        {
            "metrics.ingest.samples_per_second" => FakeQueryGrain.Line(plan, 512_345),
            "host.memory.used_bytes" => FakeQueryGrain.Line(plan, 6.5 * 1024 * 1024 * 1024),
            "metrics.query.p99_ms" => FakeQueryGrain.Line(plan, 3.456),
            _ => new QueryResult([], []),
        });

        var page = Open<OverviewPage>("/");

        page.WaitForAssertion(() => Assert.Equal("512 k/s", Tile(page, "ingest")));
        Assert.Equal("6.5 GiB", Tile(page, "memory"));
        Assert.Equal("3.46 ms", Tile(page, "p99"));
        Assert.Equal("–", Tile(page, "wal"));
    }

    [Fact]
    public void The_cpu_tile_adds_the_busy_modes_up_and_leaves_idle_out()
    {
        Record("host.cpu.utilization");
        Grain.Answer = plan => Task.FromResult(new QueryResult(
            [FakeQueryGrain.Group(plan, 5, new Core.Model.Tag("mode", "system")), FakeQueryGrain.Group(plan, 20, new Core.Model.Tag("mode", "user"))], []));

        var page = Open<OverviewPage>("/");

        page.WaitForAssertion(() => Assert.Equal("25 %", Tile(page, "cpu")));
        var cpu = Grain.Asked.First(plan => plan.Selector.Metric == "host.cpu.utilization");
        Assert.Contains(cpu.Selector.Matchers, m => m is { Key: "mode", Kind: MatchKind.NotEqual } && m.Values[0] == "idle");
    }

    [Fact]
    public void A_query_that_fails_leaves_the_other_panels_alone()
    {
        Record("host.load1");
        Grain.Answer = plan => plan.Selector.Metric!.StartsWith("host.disk", StringComparison.Ordinal)
            ? throw new QueryLimitException("Metrics:Query:Timeout", "The query took longer than 30 s")
            : Task.FromResult(FakeQueryGrain.Line(plan, 7));

        var page = Open<OverviewPage>("/");

        page.WaitForAssertion(() =>
            Assert.Contains("longer than 30 s (Metrics:Query:Timeout)", page.Find("[data-testid=panel-disk] [role=alert]").TextContent));
        Assert.Single(page.FindAll("[role=alert]"));
        Assert.Equal("7", Tile(page, "series"));
    }

    [Fact]
    public void A_later_failure_keeps_the_data_and_tells_its_age()
    {
        Record("host.load1");
        var page = Open<OverviewPage>("/");
        page.WaitForAssertion(() => Assert.Equal("1", Tile(page, "series")));

        Grain.Answer = _ => throw new TimeoutException();
        Time.Advance(TimeSpan.FromSeconds(5));

        page.WaitForAssertion(() => Assert.Contains("from 5 s ago", page.Find("[data-testid=panel-series] [role=alert]").TextContent));
        Assert.Equal("1", Tile(page, "series"));
    }

    [Fact]
    public void It_refreshes_every_five_seconds_until_it_is_paused()
    {
        Record("host.load1");
        var page = Open<OverviewPage>("/");
        page.WaitForAssertion(() => Assert.Equal("1", Tile(page, "series")));

        Grain.Answer = plan => Task.FromResult(FakeQueryGrain.Line(plan, 2));
        Time.Advance(TimeSpan.FromSeconds(5));
        page.WaitForAssertion(() => Assert.Equal("2", Tile(page, "series")));

        page.Find("[data-testid=pause]").Click();
        var asked = Grain.Asked.Count;
        Time.Advance(TimeSpan.FromSeconds(30));
        page.WaitForAssertion(() => Assert.Contains("Paused, updated 30 s ago", page.Find("[data-testid=freshness]").TextContent));
        Assert.Equal(asked, Grain.Asked.Count);
    }

    [Fact]
    public void The_range_in_the_address_is_the_range_asked_for()
    {
        Record("host.load1");
        var page = Open<OverviewPage>("/?range=1h");

        page.WaitForAssertion(() => Assert.NotEmpty(Grain.Asked));
        Assert.All(Grain.Asked, plan => Assert.Equal(15_000, plan.IntervalMs));
        Assert.Equal("true", page.Find("[data-testid=range-1h]").GetAttribute("aria-pressed"));

        page.Find("[data-testid=range-6h]").Click();
        Assert.Equal("http://localhost/?range=6h", Navigation.Uri);
    }

    [Fact]
    public void Names_from_data_never_become_markup()
    {
        const string hostile = "<img src=x onerror=alert(1)>";
        Record("host.load1");
        Grain.Answer = plan => Task.FromResult(FakeQueryGrain.Line(
            plan, 1, plan.GroupBy.Count == 0 ? [] : [new Core.Model.Tag(plan.GroupBy[0], hostile)]));

        var page = Open<OverviewPage>("/");

        page.WaitForAssertion(() => Assert.Contains(hostile, page.Find("[data-testid=panel-cpu] .legend-name").TextContent));
        Assert.Empty(page.FindAll("img"));
    }

    private static string Tile(IRenderedComponent<OverviewPage> page, string id) => page.Find($"[data-testid=tile-value-{id}]").TextContent;

    private void Record(string metric) => Grain.Metrics.Add(metric);
}
