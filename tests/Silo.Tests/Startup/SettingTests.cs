using Metrics.Silo.Tests.Live;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Startup;

/// <summary>A start that cannot succeed says in one line what to change.</summary>
public sealed class SettingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("metrics-start-");

    [Theory]
    [InlineData("--Metrics:Cluster:SiloPort=70000", "Metrics:Cluster:SiloPort is 70000")]
    [InlineData("--Metrics:Cluster:GatewayPort=0", "Metrics:Cluster:GatewayPort is 0")]
    [InlineData("--Metrics:Cluster:GatewayPort=http", "Metrics:Cluster:GatewayPort", "whole number")]
    [InlineData("--Metrics:StatsD:Port=99999", "Metrics:StatsD:Port is 99999")]
    [InlineData("--Metrics:SelfMonitoring:Enabled=maybe", "Metrics:SelfMonitoring:Enabled", "true or false")]
    [InlineData("--Metrics:Query:Timeout=soon", "Metrics:Query:Timeout", "00:00:10")]
    [InlineData("--Metrics:Wal:Commit=sometimes", "Metrics:Wal:Commit")]
    [InlineData("--Metrics:DataPath=", "Metrics:DataPath")]
    [InlineData("--Metrics:Shards=3", "Metrics:Shards is 3")]
    [InlineData("--Logging:LogLevel:Default=Loud", "Logging:LogLevel:Default", "Information")]
    [InlineData("--urls=nonsense", "--urls", "http://127.0.0.1:8080")]
    [InlineData("--urls=ftp://127.0.0.1:8080", "--urls")]
    [InlineData("--urls=http://192.0.2.1:8080", "--urls")]
    public Task A_wrong_value_stops_the_start_and_is_named(string argument, params string[] said) => AssertRefused([argument], said);

    [Theory]
    [InlineData("--Metrics:DataPaht=x", "Metrics:DataPaht", "Metrics:DataPath")]
    [InlineData("--Metrics:StatsD:Prot=1", "Metrics:StatsD:Prot", "Metrics:StatsD:Port")]
    [InlineData("--Metric:DataPath=x", "Metric", "Metrics")]
    [InlineData("--url=http://127.0.0.1:1", "url", "urls")]
    public Task An_unknown_setting_stops_the_start_and_the_nearest_is_named(string argument, params string[] said) => AssertRefused([argument], said);

    [Fact]
    public async Task A_data_path_that_is_a_file_stops_the_start()
    {
        var file = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(file, "mine", TestContext.Current.CancellationToken);
        await AssertRefused([$"--Metrics:DataPath={file}"], ["Metrics:DataPath", file]);
        Assert.Equal("mine", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public Task A_data_path_that_cannot_be_written_stops_the_start() =>
        AssertRefused(["--Metrics:DataPath=/proc/metrics"], ["Metrics:DataPath", "/proc/metrics"]);

    [Fact]
    public async Task A_data_path_of_another_version_is_left_alone()
    {
        var manifest = Path.Combine(_folder.FullName, Metrics.Core.Storage.DataSetManifest.FileName);
        await File.WriteAllTextAsync(manifest, """{"formatVersion":99,"shardCount":16}""", TestContext.Current.CancellationToken);
        await AssertRefused([$"--Metrics:DataPath={_folder.FullName}"], ["Metrics:DataPath", manifest]);
    }

    [Fact]
    public async Task A_data_path_that_another_server_uses_stops_the_start_and_leaves_that_one_alone()
    {
        await using var first = new SiloProcess();
        await first.Start();
        await AssertRefused([$"--Metrics:DataPath={first.DataPath}"], ["Metrics:DataPath", first.DataPath]);
        await first.Write(new Point("still.there", "k", "v", Clock.NowMs, 1));
    }

    [Fact]
    public async Task The_settings_on_the_command_line_are_used()
    {
        var data = Path.Combine(_folder.FullName, "made", "below");
        await using var silo = new SiloProcess(data, "--Metrics:SelfMonitoring:Enabled=false");
        await silo.Start();
        Assert.True(Directory.Exists(Path.Combine(data, "wal")));
        Assert.Contains(silo.Address, silo.Process.Output, StringComparison.Ordinal);
        Assert.EndsWith($":{silo.StatsDPort}", (string?)(await silo.GetJson("/api/v1/status/statsd"))["udp"], StringComparison.Ordinal);
        using (var tcp = new System.Net.Sockets.TcpClient())
        {
            await tcp.ConnectAsync("127.0.0.1", silo.SiloPort, TestContext.Current.CancellationToken);
        }

        using (var tcp = new System.Net.Sockets.TcpClient())
        {
            await tcp.ConnectAsync("127.0.0.1", silo.GatewayPort, TestContext.Current.CancellationToken);
        }

        // The one point that was sent is all there is: nothing records the host.
        await silo.Write(new Point("only", "k", "v", Clock.NowMs, 1));
        var names = (await silo.GetJson("/api/v1/metrics/names"))["metrics"]!.AsArray();
        Assert.Equal(["only"], names.Select(static n => (string?)n));
        var described = (await silo.GetJson("/openapi/v1.json"))["paths"]!;
        Assert.All((string[])["/api/v1/metrics", "/api/v1/query", "/api/v1/status/wal"], path => Assert.NotNull(described[path]));
        Assert.Equal(0, await silo.Stop());
    }

    [Fact]
    public async Task Self_monitoring_is_on_unless_told_otherwise()
    {
        await using var silo = new SiloProcess();
        await silo.Start();
        await Eventually.True(async () => (await silo.GetJson("/api/v1/metrics/names?prefix=host."))["metrics"]!.AsArray().Count > 5);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task AssertRefused(string[] arguments, string[] said)
    {
        // The later of two arguments counts, so that these stand for whatever is not tested.
        string[] all =
        [
            "--urls", $"http://127.0.0.1:{FreePorts.Take()}",
            $"--Metrics:DataPath={Path.Combine(_folder.FullName, "data")}",
            $"--Metrics:StatsD:Port={FreePorts.Take()}",
            $"--Metrics:Cluster:SiloPort={FreePorts.Take()}",
            $"--Metrics:Cluster:GatewayPort={FreePorts.Take()}",
            .. arguments,
        ];
        await using var process = SiloProcess.Run(_folder.FullName, all);
        await Refusal.Assert(process, said);
    }
}
