using Microsoft.Playwright;

namespace Metrics.Browser.Tests;

[Collection(nameof(DashboardCollection))]
public sealed class ReconnectTests(DashboardFixture dashboard)
{
    [Fact]
    public async Task A_killed_server_is_said_over_the_last_data_and_the_page_recovers_by_itself()
    {
        Assert.SkipWhen(dashboard.Silo is null, "The server belongs to somebody else.");
        await using var viewer = await dashboard.Open("/explore?metric=host.cpu.utilization&by=mode");
        await viewer.WaitForChart("chart-explore");
        var newest = await viewer.Read("chart-explore", "last");

        await dashboard.Silo!.Kill();
        await Assertions.Expect(viewer.Page.GetByText("Connection lost")).ToBeVisibleAsync();
        Assert.True(await viewer.Read("chart-explore", "points") > 0);

        await dashboard.Silo.Start();
        await viewer.WaitForAttribute("chart-explore", "last", $"> {newest}");
        await Assertions.Expect(viewer.Page.GetByText("Connection lost")).Not.ToBeVisibleAsync();
        Assert.Contains("by=mode", viewer.Page.Url, StringComparison.Ordinal);
    }
}
