using System.Globalization;
using System.Text.Json.Nodes;
using Metrics.Silo.Tests.Live;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Senders;

/// <summary>Debian's Prometheus scrapes a node exporter and sends by remote write: what it stored itself is what arrived.</summary>
public sealed class PrometheusTests : IDisposable
{
    private const int Scrapes = 5;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("metrics-prometheus-");
    private readonly HttpClient _http = new(new SocketsHttpHandler());
    private readonly string _address = $"127.0.0.1:{FreePorts.Take()}";

    [Fact]
    public async Task Everything_that_prometheus_scrapes_arrives()
    {
        var program = Installed.Program("prometheus", "prometheus");
        await using var exporter = await NodeExporter.Start();
        await using var silo = new SiloProcess(settings: "--Metrics:SelfMonitoring:Enabled=false");
        await silo.Start();
        await using var prometheus = await Start(program, exporter.Address, silo.Address);

        // A moment by which there were some scrapes; whatever Prometheus has up to then must arrive.
        var upTo = (await Eventually.Get(Ups, static ups => ups.Count >= Scrapes))[Scrapes - 1];
        var stored = await Stored(upTo);
        var fromMs = upTo - 600_000;
        Assert.True(stored.Count > 100, $"Prometheus has {stored.Count} series.");
        await Eventually.Get(
            async () => (await Received.Values(silo, "node", "count", fromMs, upTo + 1)).Values.Sum(),
            count => count == stored.Values.Sum(static s => s.Count));

        var series = await Received.Series(silo, "node");
        Assert.Equal(
            await Names(), series.Select(static s => Exposition.Key(s.Metric, s.Labels)).Order(StringComparer.Ordinal));
        var counts = await Received.Values(silo, "node", "count", fromMs, upTo + 1);
        var newest = await Received.Values(silo, "node", "last", fromMs, upTo + 1);
        foreach (var (name, samples) in stored)
        {
            Assert.Equal((name, samples.Count), (name, counts[name]));
            Assert.Equal((name, double.IsFinite(samples.Last) ? samples.Last : double.NaN), (name, newest[name]));
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<ChildProcess> Start(string program, string target, string server)
    {
        var config = Path.Combine(_folder.FullName, "prometheus.yml");
        await File.WriteAllTextAsync(
            config,
            $$"""
            global: {scrape_interval: 1s, scrape_timeout: 1s}
            scrape_configs:
              - job_name: node
                static_configs: [{targets: ["{{target}}"]}]
            remote_write:
              - url: {{server}}/api/v1/write
                queue_config: {batch_send_deadline: 1s}
            """,
            TestContext.Current.CancellationToken);
        return new ChildProcess(
            program,
            [$"--config.file={config}", $"--storage.tsdb.path={_folder.FullName}/data", $"--web.listen-address={_address}", "--log.level=warn"]);
    }

    /// <summary>When the exporter was scraped with success, in Unix milliseconds.</summary>
    private async Task<List<long>> Ups()
    {
        try
        {
            var result = await Ask("query?query=" + Uri.EscapeDataString("up{job=\"node\"}[10m]"));
            return [.. result.AsArray().SelectMany(static s => s!["values"]!.AsArray())
                .Where(static v => (string?)v![1] == "1").Select(static v => Milliseconds(v![0]!))];
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return [];
        }
    }

    /// <summary>How many samples Prometheus has of each series up to a moment, and the value of the newest.</summary>
    private async Task<Dictionary<string, (int Count, double Last)>> Stored(long upToMs)
    {
        var time = (upToMs / 1000m).ToString(CultureInfo.InvariantCulture);
        var result = await Ask($"query?time={time}&query=" + Uri.EscapeDataString("{job=\"node\"}[10m]"));
        return result.AsArray().ToDictionary(
            static s => Key(s!["metric"]!), static s => (s!["values"]!.AsArray().Count, Number((string)s["values"]!.AsArray()[^1]![1]!)));
    }

    private async Task<IEnumerable<string>> Names() =>
        (await Ask("series?match[]=" + Uri.EscapeDataString("{job=\"node\"}"))).AsArray().Select(static s => Key(s!)).Order(StringComparer.Ordinal);

    private async Task<JsonNode> Ask(string question) => JsonNode.Parse(
        await _http.GetStringAsync(new Uri($"http://{_address}/api/v1/{question}"), TestContext.Current.CancellationToken))!["data"] switch
    {
        JsonArray list => list,
        var data => data!["result"]!,
    };

    private static string Key(JsonNode labels)
    {
        var all = labels.AsObject().ToDictionary(static l => l.Key, static l => (string)l.Value!);
        all.Remove("__name__", out var metric);
        return Exposition.Key(metric!, all);
    }

    private static long Milliseconds(JsonNode seconds) =>
        (long)(decimal.Parse(seconds.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture) * 1000);

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };
}
