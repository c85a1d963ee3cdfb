using Microsoft.Playwright;

namespace Metrics.Browser.Tests;

[Collection(nameof(DashboardCollection))]
public sealed class OverviewTests(DashboardFixture dashboard)
{
    [Fact]
    public async Task A_chart_gains_points_without_a_reload()
    {
        await using var viewer = await dashboard.Open("/");
        await viewer.WaitForChart("chart-cpu");
        // A reload would lose this.
        await viewer.Page.EvaluateAsync("() => { window.sameDocument = true; }");
        var points = await viewer.Read("chart-cpu", "points");
        var newest = await viewer.Read("chart-cpu", "last");

        await viewer.WaitForAttribute("chart-cpu", "points", $"> {points}");
        await viewer.WaitForAttribute("chart-cpu", "last", $"> {newest}");

        Assert.True(await viewer.Page.EvaluateAsync<bool>("() => window.sameDocument === true"));
        await viewer.WaitForChart("chart-ingest");
        await viewer.Screenshot("overview.png");
        Assert.Empty(viewer.Problems);
    }

    [Fact]
    public async Task The_theme_follows_the_system_until_one_is_chosen_and_then_stays()
    {
        await using var viewer = await dashboard.Open("/", scheme: ColorScheme.Light);
        var root = viewer.Page.Locator("html");
        await Assertions.Expect(root).ToHaveAttributeAsync("data-theme", "light");

        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Switch to the dark theme" }).ClickAsync();
        await Assertions.Expect(root).ToHaveAttributeAsync("data-theme", "dark");
        await viewer.Page.ReloadAsync();

        await Assertions.Expect(root).ToHaveAttributeAsync("data-theme", "dark");
        await Assertions.Expect(viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Switch to the light theme" })).ToBeVisibleAsync();
        Assert.Empty(viewer.Problems);
    }

    [Fact]
    public async Task It_fits_a_phone()
    {
        await using var viewer = await dashboard.Open("/", width: 390, height: 844);
        await viewer.WaitForChart("chart-cpu");

        Assert.True(await viewer.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"));
        await viewer.Screenshot("overview-phone.png");
        Assert.Empty(viewer.Problems);
    }
}
