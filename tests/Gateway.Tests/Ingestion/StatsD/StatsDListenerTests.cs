using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Metrics.Gateway.Ingestion.StatsD;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Tests.Ingestion.StatsD;

public sealed class StatsDListenerTests
{
    [Fact]
    public async Task Packets_are_gathered_and_written_on_the_interval()
    {
        await using var host = await IngestionHost.StartAsync();
        SendUdp(host, "hits:1|c|#env:prod\nhits:2|c|#env:prod");
        SendUdp(host, "latency:5|ms");
        await Wait.UntilAsync(() => Counts(host).Lines == 3);

        await Wait.UntilAsync(() =>
        {
            host.Time.Advance(TimeSpan.FromSeconds(10));
            return host.Writer.Points.Count == 2;
        });

        Assert.Equal(["""hits{env="prod"}""", "latency{}"], host.Writer.Points.Select(p => p.Series.ToString()).Order());
    }

    [Fact]
    public async Task What_has_arrived_is_written_when_the_server_stops()
    {
        await using var host = await IngestionHost.StartAsync();
        for (var i = 0; i < 500; i++)
        {
            SendUdp(host, "hits:1|c");
        }

        await host.StopAsync();

        Assert.Equal(500, host.Writer.Points.Sum(p => p.Value));
    }

    [Fact]
    public async Task Lines_over_TCP_are_taken_and_a_ten_megabyte_line_costs_nothing()
    {
        await using var host = await IngestionHost.StartAsync(("Metrics:StatsD:TcpEnabled", "true"));
        using var client = new TcpClient();
        await client.ConnectAsync(Listener(host).Tcp!.LocalEndPoint, TestContext.Current.CancellationToken);
        var stream = client.GetStream();

        await stream.WriteAsync("hits:1|c\nhits"u8.ToArray(), TestContext.Current.CancellationToken);
        await stream.WriteAsync(":2|c\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await stream.WriteAsync(new byte[10_000_000], TestContext.Current.CancellationToken);
        await stream.WriteAsync("\nhits:4|c"u8.ToArray(), TestContext.Current.CancellationToken);
        client.Close();
        await Wait.UntilAsync(() => Counts(host).Lines == 4);
        await host.StopAsync();

        Assert.Equal(7, Assert.Single(host.Writer.Points).Value);
        Assert.Equal(1, Counts(host).BadLines);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed()
    {
        await using var host = await IngestionHost.StartAsync(
            ("Metrics:StatsD:TcpEnabled", "true"), ("Metrics:StatsD:TcpMaxConnections", "1"));
        using var first = new TcpClient();
        await first.ConnectAsync(Listener(host).Tcp!.LocalEndPoint, TestContext.Current.CancellationToken);
        await Wait.UntilAsync(() => Counts(host).Connections == 1);
        using var second = new TcpClient();
        await second.ConnectAsync(Listener(host).Tcp!.LocalEndPoint, TestContext.Current.CancellationToken);

        await Wait.UntilAsync(() => Counts(host).RefusedConnections == 1);
        first.Close();
        await Wait.UntilAsync(() => Listener(host).Tcp!.Connections == 0);
    }

    [Fact]
    public async Task An_idle_connection_is_closed()
    {
        await using var host = await IngestionHost.StartAsync(("Metrics:StatsD:TcpEnabled", "true"));
        using var client = new TcpClient();
        await client.ConnectAsync(Listener(host).Tcp!.LocalEndPoint, TestContext.Current.CancellationToken);
        await Wait.UntilAsync(() => Listener(host).Tcp!.Connections == 1);

        await Wait.UntilAsync(() =>
        {
            host.Time.Advance(TimeSpan.FromMinutes(11));
            return Listener(host).Tcp!.Connections == 0;
        });
    }

    [Fact]
    public async Task Bad_lines_are_visible()
    {
        await using var host = await IngestionHost.StartAsync();
        SendUdp(host, "good:1|c\nbad <script>\u0007");
        await Wait.UntilAsync(() => Counts(host).Lines == 2);

        using var status = JsonDocument.Parse(await host.Client.GetStringAsync("/api/v1/status/statsd", TestContext.Current.CancellationToken));

        var root = status.RootElement;
        Assert.True(root.GetProperty("enabled").GetBoolean());
        Assert.Equal(Listener(host).Udp!.LocalEndPoint.ToString(), root.GetProperty("udp").GetString());
        Assert.Equal(1, root.GetProperty("series").GetInt32());
        Assert.Equal(2, root.GetProperty("counts").GetProperty("lines").GetInt64());
        Assert.Equal(1, root.GetProperty("counts").GetProperty("badLines").GetInt64());
        var bad = root.GetProperty("recentBadLines")[0];
        Assert.Equal("bad <script>.", bad.GetProperty("line").GetString());
        Assert.Equal("has no colon after the name", bad.GetProperty("reason").GetString());
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(0, root.GetProperty("kernelDrops").GetInt64());
        }
    }

    [Fact]
    public async Task A_packet_over_the_limit_is_dropped_and_counted()
    {
        await using var host = await IngestionHost.StartAsync(("Metrics:StatsD:MaxPacketBytes", "512"));
        SendUdp(host, $"hits:1|c\n{new string('x', 600)}");
        SendUdp(host, "hits:1|c");

        await Wait.UntilAsync(() => Counts(host) is { OversizedPackets: 1, Lines: 1 });
    }

    [Fact]
    public async Task StatsD_can_be_off()
    {
        await using var host = await IngestionHost.StartAsync(("Metrics:StatsD:Enabled", "false"));

        using var status = JsonDocument.Parse(await host.Client.GetStringAsync("/api/v1/status/statsd", TestContext.Current.CancellationToken));

        Assert.False(status.RootElement.GetProperty("enabled").GetBoolean());
        Assert.Null(Listener(host).Udp);
    }

    [Fact]
    public async Task A_UDP_port_in_use_stops_the_start_and_names_the_setting()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;

        var e = await Assert.ThrowsAsync<IOException>(() => IngestionHost.StartAsync(("Metrics:StatsD:Port", $"{port}")));

        Assert.Equal(
            $"Metrics:StatsD:Port: UDP port {port} on 127.0.0.1 is in use. "
            + "Stop what uses it, set Metrics:StatsD:Port to a free port, or Metrics:StatsD:Enabled to false.",
            e.Message);
    }

    [Fact]
    public async Task A_TCP_port_in_use_stops_the_start_and_names_the_setting()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var e = await Assert.ThrowsAsync<IOException>(
            () => IngestionHost.StartAsync(("Metrics:StatsD:TcpEnabled", "true"), ("Metrics:StatsD:TcpPort", $"{port}")));

        Assert.StartsWith($"Metrics:StatsD:TcpPort: TCP port {port} on 127.0.0.1 is in use.", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Port", "70000", "Metrics:StatsD:Port is 70000; set it to a value from 0 to 65535.")]
    [InlineData("Host", "localhost", "Metrics:StatsD:Host is \"localhost\"; set it to an IP address, such as 127.0.0.1 or 0.0.0.0.")]
    [InlineData("FlushInterval", "00:00:00", "Metrics:StatsD:FlushInterval is 00:00:00; set it to a value from 00:00:00.1000000 to 01:00:00.")]
    [InlineData(
        "IdleTimeout",
        "00:00:01",
        "Metrics:StatsD:IdleTimeout is 00:00:01, less than Metrics:StatsD:FlushInterval, which is 00:00:10: raise the first or lower the second.")]
    public async Task A_wrong_setting_stops_the_start_and_says_what_to_change(string setting, string value, string message)
    {
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => IngestionHost.StartAsync(($"Metrics:StatsD:{setting}", value)));

        Assert.Equal(message, e.Message);
    }

    private static StatsDListener Listener(IngestionHost host) => host.Services.GetRequiredService<StatsDListener>();

    private static StatsDCounts Counts(IngestionHost host) => host.Services.GetRequiredService<StatsDAggregator>().Snapshot().Counts;

    private static void SendUdp(IngestionHost host, string packet)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SendTo(Encoding.UTF8.GetBytes(packet), Listener(host).Udp!.LocalEndPoint);
    }
}
