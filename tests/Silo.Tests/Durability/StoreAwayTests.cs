using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Metrics.Silo.Tests.Live;
using Metrics.Tests.Shared;
using Metrics.Tests.Shared.Emulators;

namespace Metrics.Silo.Tests.Durability;

/// <summary>The server over a distant object store that comes and goes.</summary>
public sealed class StoreAwayTests(Azurite azurite) : IClassFixture<Azurite>
{
    private const int Points = 2000;
    private static readonly long OldMs = (Clock.NowMs / 3_600_000 * 3_600_000) - (48 * 3_600_000);

    [Fact]
    public async Task A_store_that_hangs_stops_nothing_and_gets_everything_once_when_it_is_back()
    {
        azurite.Require();
        await using var silo = new SiloProcess(settings: Settings("hangs"));
        await silo.Start();
        await silo.Write(History("old"));
        await Flush(silo);
        await silo.Stop();
        Directory.Delete(Path.Combine(silo.DataPath, "cache"), recursive: true);
        await silo.Start();
        await WholeCount(silo, "old");

        // What this has read is in the cache again.
        await silo.Stop();
        Directory.Delete(Path.Combine(silo.DataPath, "cache"), recursive: true);
        await silo.Start();
        await Eventually.True(async () => (int?)(await silo.GetJson("/api/v1/status/storage"))["shards"]!["owned"] == 2);
        azurite.Freeze();
        try
        {
            await silo.Write(new Point("recent", "k", "v", Clock.NowMs, 1));
            Assert.Equal(1, await Count(silo, "recent", Clock.NowMs - 60_000, whole: true));

            var answer = await Ask(silo, "old", OldMs);
            Assert.True((bool?)answer["partial"], answer.ToJsonString());
            Assert.Contains("object store", answer["warnings"]!.ToJsonString(), StringComparison.Ordinal);

            await silo.Write(History("late"));
            await Eventually.True(async () => (long)(await silo.GetJson("/api/v1/status/storage"))["spool"]!["bytes"]! > 0);
            await silo.Kill();
            await silo.Start();
            Assert.Equal(Points, await Count(silo, "late", OldMs, whole: false));
        }
        finally
        {
            azurite.Thaw();
        }

        await WholeCount(silo, "old");
        await WholeCount(silo, "late");
        await Flush(silo);
        var status = await silo.GetJson("/api/v1/status/storage");
        Assert.Equal(0, (long)status["spool"]!["bytes"]!);
        Assert.Equal(0, await silo.Stop());
    }

    [Fact]
    public async Task A_server_that_lost_its_data_directory_has_everything_again_from_the_store()
    {
        azurite.Require();
        await using var silo = new SiloProcess(settings: Settings("lost"));
        await silo.Start();
        await silo.Write(History("old"));
        await Flush(silo);
        await silo.Kill();
        Directory.Delete(silo.DataPath, recursive: true);
        await silo.Start();
        await WholeCount(silo, "old");
        await silo.Write(new Point("old", "k", "0", OldMs + 1, 1));
        await Flush(silo);
        await Eventually.True(async () => await Count(silo, "old", OldMs, whole: true) == Points + 1);
    }

    private string[] Settings(string prefix) =>
    [
        "--Metrics:Shards=2",
        "--Metrics:SelfMonitoring:Enabled=false",
        "--Metrics:Maintenance:Interval=00:00:00.200",
        "--Metrics:Maintenance:SealSamples=10",
        "--Metrics:Maintenance:LateDelay=00:00:01",
        "--Metrics:ObjectStore:Kind=Azure",
        $"--Metrics:ObjectStore:Prefix={prefix}-{Guid.NewGuid():N}",
        "--Metrics:ObjectStore:Timeout=00:00:02",
        "--Metrics:ObjectStore:ReadTimeout=00:00:01",
        $"--Metrics:ObjectStore:Azure:ConnectionString={azurite.ConnectionString}",
        $"--Metrics:ObjectStore:Azure:Container={Azurite.Container}",
    ];

    private static Point[] History(string metric) =>
        [.. Enumerable.Range(0, Points).Select(i => new Point(metric, "k", (i % 10).ToString(System.Globalization.CultureInfo.InvariantCulture), OldMs + (i * 5000L), i))];

    private static async Task Flush(SiloProcess silo)
    {
        using var response = await silo.Http.PostAsync(new Uri("/api/v1/storage/flush", UriKind.Relative), null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    private static Task<JsonNode> WholeCount(SiloProcess silo, string metric) =>
        Eventually.Get(() => Ask(silo, metric, OldMs), static answer => answer["partial"] is null && Sum(answer) == Points);

    private static async Task<double> Count(SiloProcess silo, string metric, long fromMs, bool whole)
    {
        var answer = await Ask(silo, metric, fromMs);
        Assert.True(!whole || answer["partial"] is null, answer.ToJsonString());
        return Sum(answer);
    }

    private static double Sum(JsonNode answer) => answer["series"]!.AsArray().Sum(static b => (double)b!["value"]!);

    /// <summary>By the half minute, so that samples are read and not only their aggregates.</summary>
    private static async Task<JsonNode> Ask(SiloProcess silo, string metric, long fromMs)
    {
        var query = new JsonObject
        {
            ["metric"] = metric,
            ["aggregation"] = "count",
            ["from"] = fromMs,
            ["to"] = Math.Min(fromMs + (12 * 3_600_000), Clock.NowMs + 60_000),
            ["interval"] = "30s",
        };
        using var content = new StringContent(query.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await silo.Http.PostAsync(new Uri("/api/v1/query", UriKind.Relative), content, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
