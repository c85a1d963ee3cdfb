using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Startup;

public class PortTests
{
    [Fact]
    public Task An_http_port_in_use_is_said() => AssertSaid(static silo => silo.HttpPort, ProtocolType.Tcp, "--urls");

    [Fact]
    public Task A_statsd_port_in_use_is_said() => AssertSaid(static silo => silo.StatsDPort, ProtocolType.Udp, "Metrics:StatsD:Port");

    [Fact]
    public Task A_silo_port_in_use_is_said() => AssertSaid(static silo => silo.SiloPort, ProtocolType.Tcp, "Metrics:Cluster:SiloPort");

    [Fact]
    public Task A_gateway_port_in_use_is_said() => AssertSaid(static silo => silo.GatewayPort, ProtocolType.Tcp, "Metrics:Cluster:GatewayPort");

    [Fact]
    public async Task Nothing_listens_beyond_the_loopback_interface()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It reads /proc/net.");
        await using var silo = new SiloProcess();
        await silo.Start();

        var sockets = Directory.GetFiles($"/proc/{silo.Process.Id}/fd").Select(static fd => new FileInfo(fd).LinkTarget).ToHashSet();
        var listening = ListeningSockets(silo.Process.Id).Where(s => sockets.Contains($"socket:[{s.Inode}]")).ToList();
        Assert.All(listening, static s => Assert.True(IPAddress.IsLoopback(s.Address), $"it listens on {s.Address}:{s.Port}"));
        var ports = listening.Select(static s => s.Port).ToHashSet();
        Assert.All((int[])[silo.HttpPort, silo.StatsDPort, silo.SiloPort, silo.GatewayPort], port => Assert.Contains(port, ports));
    }

    private static async Task AssertSaid(Func<SiloProcess, int> port, ProtocolType protocol, string setting)
    {
        await using var silo = new SiloProcess();
        using var other = new Socket(AddressFamily.InterNetwork, protocol == ProtocolType.Udp ? SocketType.Dgram : SocketType.Stream, protocol);
        other.Bind(new IPEndPoint(IPAddress.Loopback, port(silo)));
        if (protocol == ProtocolType.Tcp)
        {
            other.Listen();
        }

        silo.Launch();
        await Refusal.Assert(silo.Process, setting, port(silo).ToString(CultureInfo.InvariantCulture), "in use");
        Assert.DoesNotContain("DataPath", silo.Process.Errors, StringComparison.Ordinal);
    }

    /// <summary>TCP sockets that listen and UDP sockets that receive, of everybody.</summary>
    private static IEnumerable<(IPAddress Address, int Port, string Inode)> ListeningSockets(int process)
    {
        foreach (var (table, state) in new[] { ("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07") })
        {
            foreach (var line in File.ReadLines($"/proc/{process}/net/{table}").Skip(1))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields[3] != state)
                {
                    continue;
                }

                var local = fields[1].Split(':');
                yield return (AddressOf(local[0]), int.Parse(local[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture), fields[9]);
            }
        }
    }

    /// <summary>The kernel writes addresses in words of four bytes, each in the machine's order.</summary>
    private static IPAddress AddressOf(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        if (BitConverter.IsLittleEndian)
        {
            for (var i = 0; i < bytes.Length; i += 4)
            {
                Array.Reverse(bytes, i, 4);
            }
        }

        return new IPAddress(bytes);
    }
}
