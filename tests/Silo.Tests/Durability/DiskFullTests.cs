using System.Net;
using Metrics.Silo.Tests.Live;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Durability;

public class DiskFullTests
{
    [Fact]
    public async Task A_full_disk_refuses_writers_only_and_freed_space_is_used_without_a_restart()
    {
        using var disk = new SmallDisk();
        var nowMs = Clock.NowMs;
        await using var silo = new SiloProcess(
            Path.Combine(disk.Path, "data"), "--Metrics:SelfMonitoring:Enabled=false", "--Metrics:StatsD:Enabled=false");
        await silo.Start();
        disk.Fill(leave: 64 * 1024);

        // Each stops when it is refused.
        var senders = Enumerable.Range(0, 4).Select(i => new LoadSender(silo, $"s-{i}", remoteWrite: i % 2 == 1, nowMs, seed: i)).ToList();
        await Task.WhenAll(senders.ConvertAll(static sender => sender.Run(static () => { }))).WaitAsync(SiloProcess.Deadline, TestContext.Current.CancellationToken);
        await LoadCheck.NothingIsLost(silo, senders, nowMs);
        await AssertRefused(silo, nowMs);
        Assert.True(await silo.Answers("/-/ready"));

        disk.Free();
        await RepeatAll(silo, senders, nowMs);
        Assert.Contains("WAL cannot be written", silo.Process.Output, StringComparison.Ordinal);
        Assert.Contains("WAL is written again", silo.Process.Output, StringComparison.Ordinal);

        // Killed and started again with no byte free: what is there can be read.
        disk.Fill(leave: 0);
        await silo.Kill();
        await silo.Start();
        await LoadCheck.EverythingIsThereOnce(silo, senders, nowMs);
        await AssertRefused(silo, nowMs);

        disk.Free();
        await silo.Write(new Point("after", "k", "v", nowMs, 1));
        await silo.Kill();
        await silo.Start();
        await LoadCheck.EverythingIsThereOnce(silo, senders, nowMs);
        Assert.Equal(1, (await silo.QueryByTag("after", "sum", "k", nowMs - 1000, nowMs + 1000))["v"]);
    }

    private static async Task RepeatAll(SiloProcess silo, List<LoadSender> senders, long nowMs)
    {
        foreach (var sender in senders)
        {
            await sender.Repeat();
        }

        await LoadCheck.EverythingIsThereOnce(silo, senders, nowMs);
    }

    /// <summary>A batch for which there is certainly no room, at both edges.</summary>
    private static async Task AssertRefused(SiloProcess silo, long nowMs)
    {
        var batch = Enumerable.Range(0, 20_000).Select(i => new Point("refused", "k", "v", nowMs - i, i)).ToList();
        using var json = await silo.PostJson(batch);
        using var remoteWrite = await silo.PostRemoteWrite(batch);
        foreach (var response in new[] { json, remoteWrite })
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.NotNull(response.Headers.RetryAfter);
            Assert.Contains("full", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }
}
