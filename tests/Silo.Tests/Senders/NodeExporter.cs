using Metrics.Silo.Tests.Live;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Senders;

/// <summary>Debian's node exporter, on a port of its own.</summary>
internal sealed class NodeExporter : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler());
    private readonly ChildProcess _process;

    private NodeExporter() => _process = new ChildProcess(
        Installed.Program("prometheus-node-exporter", "prometheus-node-exporter"),
        // Other tests mount file systems meanwhile.
        [$"--web.listen-address={Address}", "--no-collector.filesystem", "--log.level=error"]);

    public string Address { get; } = $"127.0.0.1:{FreePorts.Take()}";

    public static async Task<NodeExporter> Start()
    {
        var exporter = new NodeExporter();
        await Eventually.True(async () =>
        {
            Assert.False(exporter._process.HasExited, exporter._process.Errors);
            try
            {
                return (await exporter.Page()).Length > 0;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
                return false;
            }
        });
        return exporter;
    }

    public Task<string> Page() => _http.GetStringAsync(new Uri($"http://{Address}/metrics"), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _http.Dispose();
    }
}
