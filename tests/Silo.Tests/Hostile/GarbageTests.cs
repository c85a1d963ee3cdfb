using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Metrics.Silo.Tests.Live;

namespace Metrics.Silo.Tests.Hostile;

[Collection(nameof(HostileCollection))]
public class GarbageTests(AttackedSilo attacked)
{
    [Fact]
    public async Task Garbage_on_every_port_disturbs_nobody()
    {
        await using var bystander = new Bystander(attacked.Silo);
        var random = new Random(11);
        var badLines = await BadLines();
        foreach (var port in new[] { attacked.Silo.HttpPort, attacked.Silo.SiloPort, attacked.Silo.GatewayPort, attacked.TcpPort })
        {
            for (var i = 0; i < 30; i++)
            {
                await Throw(port, Garbage(random, i));
            }
        }

        using (var udp = new UdpClient("127.0.0.1", attacked.Silo.StatsDPort))
        {
            for (var i = 0; i < 300; i++)
            {
                var packet = new byte[random.Next(1, 1400)];
                random.NextBytes(packet);
                await udp.SendAsync(packet, TestContext.Current.CancellationToken);
            }
        }

        await Eventually.Get(BadLines, lines => lines > badLines);
        await bystander.AssertServed();
        attacked.AssertBounded();
    }

    [Fact]
    public async Task Half_requests_that_never_end_disturb_nobody()
    {
        await using var bystander = new Bystander(attacked.Silo);
        var connections = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 300; i++)
            {
                var client = new TcpClient();
                connections.Add(client);
                await client.ConnectAsync("127.0.0.1", attacked.Silo.HttpPort, TestContext.Current.CancellationToken);
                var half = (i % 3) switch
                {
                    0 => "POST /api/v1/met",
                    1 => "POST /api/v1/metrics HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 33000000\r\n\r\n[{\"metric\":",
                    _ => "POST /api/v1/query HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n10000\r\n{",
                };
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(half), TestContext.Current.CancellationToken);
            }

            await bystander.AssertServed();
            attacked.AssertBounded();
        }
        finally
        {
            connections.ForEach(static c => c.Dispose());
        }
    }

    private async Task<long> BadLines() =>
        (long?)(await attacked.Silo.GetJson("/api/v1/status/statsd"))["counts"]!["badLines"] ?? 0;

    /// <summary>Noise, or the start of a frame that says it is very long.</summary>
    private static byte[] Garbage(Random random, int i)
    {
        var bytes = new byte[random.Next(1, 64 * 1024)];
        random.NextBytes(bytes);
        if (i % 3 == 1 && bytes.Length > 8)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, int.MaxValue - i);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), int.MaxValue - i);
        }

        return bytes;
    }

    private static async Task Throw(int port, byte[] garbage)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
        try
        {
            await client.GetStream().WriteAsync(garbage, TestContext.Current.CancellationToken);
            client.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // It was hung up on, which is as good an answer as any.
        }
    }
}
