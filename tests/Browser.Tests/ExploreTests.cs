using Microsoft.Playwright;

namespace Metrics.Browser.Tests;

[Collection(nameof(DashboardCollection))]
public sealed class ExploreTests(DashboardFixture dashboard)
{
    [Fact]
    public async Task A_metric_is_picked_grouped_and_shown_as_chart_and_table()
    {
        await using var viewer = await dashboard.Open("/explore");
        var page = viewer.Page;
        await page.GetByLabel("Metric", new() { Exact = true }).ClickAsync();
        await page.GetByLabel("Metric", new() { Exact = true }).FillAsync("cpu.util");
        await page.Locator(".mud-popover-open").GetByText("host.cpu.utilization", new() { Exact = true }).ClickAsync();
        await viewer.WaitForChart("chart-explore");

        await page.GetByLabel("Group by", new() { Exact = true }).ClickAsync();
        await page.Locator(".mud-popover-open").GetByText("mode", new() { Exact = true }).ClickAsync();
        await page.Keyboard.PressAsync("Escape");
        await viewer.WaitForAttribute("chart-explore", "series", "> 2");

        await Assertions.Expect(page.GetByTestId("summary").GetByText("user", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Contains("metric=host.cpu.utilization", page.Url, StringComparison.Ordinal);
        Assert.Contains("by=mode", page.Url, StringComparison.Ordinal);
        await viewer.Screenshot("explore.png");

        await page.GetByTestId("view-points").ClickAsync();
        await Assertions.Expect(page.GetByTestId("points").Locator("tbody tr").First).ToBeVisibleAsync();
        Assert.Empty(viewer.Problems);
    }

    [Fact]
    public async Task The_address_brings_the_whole_query_back()
    {
        await using var viewer = await dashboard.Open("/explore?metric=host.cpu.utilization&agg=max&tag=mode!%3Didle&by=mode&range=5m&interval=10s");
        await viewer.WaitForChart("chart-explore");
        var page = viewer.Page;

        await Assertions.Expect(page.GetByLabel("Metric", new() { Exact = true })).ToHaveValueAsync("host.cpu.utilization");
        await Assertions.Expect(page.GetByTestId("filter")).ToHaveTextAsync("mode != idle");
        await Assertions.Expect(page.GetByTestId("range-5m")).ToHaveAttributeAsync("aria-pressed", "true");
        await Assertions.Expect(page.GetByTestId("summary").GetByText("idle", new() { Exact = true })).ToHaveCountAsync(0);
        Assert.Empty(viewer.Problems);
    }

    [Fact]
    public async Task A_filter_is_written_with_completion()
    {
        await using var viewer = await dashboard.Open("/explore?metric=host.cpu.utilization&by=mode");
        await viewer.WaitForChart("chart-explore");
        var page = viewer.Page;
        await page.GetByTestId("add-filter").ClickAsync();
        var editor = page.GetByTestId("filter-editor");
        await editor.GetByLabel("Tag", new() { Exact = true }).FillAsync("mode");
        await page.Locator(".mud-popover-open").GetByText("mode", new() { Exact = true }).ClickAsync();
        await editor.GetByLabel("Value", new() { Exact = true }).ClickAsync();
        await page.Locator(".mud-popover-open").GetByText("user", new() { Exact = true }).ClickAsync();
        await editor.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();

        await Assertions.Expect(page.GetByTestId("filter")).ToHaveTextAsync("mode = user");
        await viewer.WaitForAttribute("chart-explore", "series", "=== 1");
        Assert.Contains("tag=mode%3Duser", page.Url, StringComparison.Ordinal);
        Assert.Empty(viewer.Problems);
    }
}
