using System.Net.WebSockets;
using Metrics.Silo.Tests.Live;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Durability;

public class ShutdownTests
{
    [Fact]
    public async Task An_orderly_stop_under_load_drains_exits_with_0_in_time_and_loses_nothing()
    {
        var nowMs = Clock.NowMs;
        await using var silo = new SiloProcess();
        await silo.Start();
        using var dashboard = await OpenDashboard(silo);

        var answers = 0;
        var loaded = new TaskCompletionSource();
        var senders = Enumerable.Range(0, 4).Select(i => new LoadSender(silo, $"s-{i}", remoteWrite: i % 2 == 1, nowMs, seed: i)).ToList();
        var running = senders.ConvertAll(sender => sender.Run(() =>
        {
            if (Interlocked.Increment(ref answers) == 100)
            {
                loaded.SetResult();
            }
        }));
        await loaded.Task.WaitAsync(SiloProcess.Deadline, TestContext.Current.CancellationToken);

        // What whoever runs it is promised: orchestrators kill what takes longer.
        Assert.Equal(0, await silo.Stop(deadline: TimeSpan.FromSeconds(10)));
        await Task.WhenAll(running);
        Assert.DoesNotContain("   at ", silo.Process.Output, StringComparison.Ordinal);
        Assert.Equal("", silo.Process.Errors);

        await silo.Start();
        await LoadCheck.NothingIsLost(silo, senders, nowMs);
        foreach (var sender in senders)
        {
            await sender.Repeat();
        }

        await LoadCheck.EverythingIsThereOnce(silo, senders, nowMs);
    }

    [Fact]
    public async Task What_statsd_has_gathered_is_written_by_an_orderly_stop()
    {
        await using var silo = new SiloProcess(settings: "--Metrics:StatsD:FlushInterval=01:00:00");
        await silo.Start();
        using var udp = new System.Net.Sockets.UdpClient("127.0.0.1", silo.StatsDPort);
        await udp.SendAsync("stopped.hits:5|c"u8.ToArray(), TestContext.Current.CancellationToken);
        await Eventually.Get(
            async () => (await silo.GetJson("/api/v1/status/statsd"))["counts"]!.ToJsonString(),
            static counts => counts.Contains("\"lines\":1", StringComparison.Ordinal));

        var nowMs = Clock.NowMs;
        Assert.Equal(0, await silo.Stop());
        await silo.Start();
        var sum = Assert.Single(await silo.QueryByTag("stopped.hits", "sum", "any", nowMs - 600_000, nowMs + 600_000));
        Assert.Equal(5, sum.Value);
    }

    /// <summary>The connection that a page of the dashboard keeps open.</summary>
    private static async Task<ClientWebSocket> OpenDashboard(SiloProcess silo)
    {
        Assert.True(await silo.Answers("/"));
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{silo.HttpPort}/_blazor"), TestContext.Current.CancellationToken);
        await socket.SendAsync(
            "{\"protocol\":\"blazorpack\",\"version\":1}\u001e"u8.ToArray(), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        var answer = await socket.ReceiveAsync(new byte[1024].AsMemory(), TestContext.Current.CancellationToken);
        Assert.True(answer.Count > 0);
        return socket;
    }
}
