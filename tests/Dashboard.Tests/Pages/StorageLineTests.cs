using Bunit;
using Metrics.Dashboard.Overview;
using Metrics.Dashboard.Tests.Fakes;

namespace Metrics.Dashboard.Tests.Pages;

public sealed class StorageLineTests : DashboardContext
{
    [Fact]
    public void Bytes_are_by_tier_and_the_oldest_data_has_its_day()
    {
        var line = Render<StorageLine>();

        line.WaitForAssertion(() => Assert.Equal(["hot 10 MiB", "warm 2 MiB", "cold 1 GiB", "since 2025-02-20"], Parts(line)));
    }

    [Fact]
    public void What_waits_and_what_is_wrong_stands_beside_it()
    {
        Storage.Status = static () => FakeStorageGrain.Healthy
            .Replace("\"blocksToRollUp\":0", "\"blocksToRollUp\":5", StringComparison.Ordinal)
            .Replace("\"changesToPublish\":0", "\"changesToPublish\":7", StringComparison.Ordinal)
            .Replace("./data/objects\",", "./data/objects\",\"lastError\":\"Connection refused\",", StringComparison.Ordinal)
            .Replace("\"damaged\":[]", "\"damaged\":[{\"shard\":3,\"block\":\"shards/0003/raw/a.block\",\"reason\":\"CRC\"}]", StringComparison.Ordinal);

        var line = Render<StorageLine>();

        line.WaitForAssertion(() => Assert.Equal(["12 tasks wait", "the object store is away", "1 damaged blocks"], Parts(line).TakeLast(3)));
        Assert.Equal("Connection refused", line.Find("[title='Connection refused']").GetAttribute("title"));
    }

    [Fact]
    public void It_is_asked_for_again_after_a_minute_and_goes_while_nobody_answers()
    {
        Storage.Status = static () => throw new TimeoutException();
        var line = Render<StorageLine>();
        Assert.Empty(line.FindAll("[data-testid=storage]"));

        Storage.Status = static () => FakeStorageGrain.Healthy;
        Time.Advance(TimeSpan.FromMinutes(1));

        line.WaitForAssertion(() => Assert.NotEmpty(line.FindAll("[data-testid=storage]")));
    }

    [Fact]
    public void The_overview_has_it()
    {
        Grain.Metrics.Add("host.load1");

        var page = Open<OverviewPage>("/");

        page.WaitForAssertion(() => Assert.Contains("since 2025-02-20", page.Find("[data-testid=storage]").TextContent));
    }

    private static List<string> Parts(IRenderedComponent<StorageLine> line) =>
        [.. line.FindAll("[data-testid=storage] > span:not(.visually-hidden)").Select(static part => part.TextContent.Trim())];
}
