using Metrics.Silo.Tests.Live;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Senders;

/// <summary>VictoriaMetrics' agent scrapes a node exporter, and a page that does not change, and sends by remote write.</summary>
public sealed class VmagentTests : IDisposable
{
    private const int Scrapes = 5;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("metrics-vmagent-");

    [Fact]
    public async Task Everything_that_vmagent_scrapes_arrives()
    {
        var program = Installed.Program("vmagent", "victoria-metrics");
        await using var exporter = await NodeExporter.Start();
        var page = await exporter.Page();
        await using var frozen = await FrozenPage.Start(page);
        await using var silo = new SiloProcess(settings: "--Metrics:SelfMonitoring:Enabled=false");
        await silo.Start();
        var fromMs = Clock.NowMs - 60_000;
        await using var agent = await Start(program, exporter.Address, frozen.Address, silo.Address);

        var shown = WithLabels(Exposition.Read(page), "frozen", frozen.Address);
        Assert.True(shown.Count > 100, $"The exporter shows {shown.Count} series.");
        await Eventually.Get(() => Task.FromResult(frozen.Scrapes), static scrapes => scrapes >= Scrapes);
        var counts = await Eventually.Get(
            () => Received.Values(silo, "frozen", "count", fromMs, Clock.NowMs + 60_000),
            counts => shown.Keys.All(name => counts.GetValueOrDefault(name) >= Scrapes));
        Assert.All(shown.Keys, name => Assert.True(counts[name] <= frozen.Scrapes, $"{name} arrived {counts[name]} times, scraped {frozen.Scrapes} times."));
        var values = await Received.Values(silo, "frozen", "last", fromMs, Clock.NowMs + 60_000);
        Assert.All(shown, series => Assert.True(IsClose(series.Value, values[series.Key]), $"{series.Key} is {values[series.Key]:R}, shown was {series.Value:R}."));

        // Its own series, such as "up", come besides.
        var metrics = shown.Keys.Select(static name => name.Split('|')[0]).ToHashSet();
        Assert.Equal(shown.Count, values.Keys.Count(name => metrics.Contains(name.Split('|')[0])));

        // Of the real one the names can be compared: its values are others by now.
        var live = WithLabels(Exposition.Read(await exporter.Page()), "node", exporter.Address);
        await Eventually.True(async () =>
        {
            var arrived = (await Received.Series(silo, "node")).Select(static s => Exposition.Key(s.Metric, s.Labels)).ToHashSet();
            return live.Keys.All(arrived.Contains);
        });
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<ChildProcess> Start(string program, string exporter, string frozen, string server)
    {
        var config = Path.Combine(_folder.FullName, "scrape.yml");
        await File.WriteAllTextAsync(
            config,
            $$"""
            global: {scrape_interval: 1s, scrape_timeout: 1s}
            scrape_configs:
              - job_name: node
                static_configs: [{targets: ["{{exporter}}"]}]
              - job_name: frozen
                static_configs: [{targets: ["{{frozen}}"]}]
            """,
            TestContext.Current.CancellationToken);
        return new ChildProcess(
            program,
            [
                $"-promscrape.config={config}", $"-remoteWrite.url={server}/api/v1/write", $"-remoteWrite.tmpDataPath={_folder.FullName}/queue",
                $"-httpListenAddr=127.0.0.1:{FreePorts.Take()}",
            ]);
    }

    /// <summary>vmagent reads numbers faster than exactly: the last bit of some is another.</summary>
    private static bool IsClose(double shown, double arrived) =>
        double.IsFinite(shown) ? Math.Abs(shown - arrived) <= 1e-15 * Math.Abs(shown) : double.IsNaN(arrived);

    private static Dictionary<string, double> WithLabels(Dictionary<string, double> series, string job, string instance) =>
        series.ToDictionary(
            s =>
            {
                var parts = s.Key.Split('|');
                return Exposition.Key(parts[0], parts.Skip(1).Select(static p => p.Split('=', 2)).Select(static p => KeyValuePair.Create(p[0], p[1]))
                    .Append(KeyValuePair.Create("job", job)).Append(KeyValuePair.Create("instance", instance)));
            },
            static s => s.Value);
}
