using Metrics.Core.Tests.Files;
using Metrics.Core.Wal;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Core.Tests.Wal;

public sealed class WalFailureTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_full_disk_refuses_records_and_recovers_by_itself(bool truncateFailsToo)
    {
        var files = new FaultyFileSystem { FailTruncates = truncateFailsToo };
        var acknowledged = new List<string>();
        await using (var log = WalHarness.Open(files, WalHarness.Interval(), out _))
        {
            files.Capacity = 1000;
            WalUnavailableException? refusal = null;
            for (var i = 0; i < 40; i++)
            {
                try
                {
                    await log.AppendAsync($"{i:D2}{new string('x', 50)}");
                    acknowledged.Add($"1:{i:D2}{new string('x', 50)}");
                }
                catch (WalUnavailableException error)
                {
                    refusal = error;
                }
            }

            Assert.NotNull(refusal);
            Assert.Contains($"The disk that holds the write-ahead log in {WalHarness.Directory} is full", refusal.Message, StringComparison.Ordinal);
            Assert.InRange(acknowledged.Count, 5, 15);
            files.Capacity = long.MaxValue;
            await log.AppendAsync("room again");
            acknowledged.Add("1:room again");
        }

        await using var again = WalHarness.Open(files, WalHarness.Batch(), out var replayed);
        Assert.Equal(acknowledged, replayed);
        if (!truncateFailsToo)
        {
            Assert.Equal((0, 1), (again.Recovery.CorruptionCount, again.Segments));
        }
    }

    [Fact]
    public async Task A_disk_that_is_full_from_the_start_lets_the_log_open_and_write_later()
    {
        var files = new FaultyFileSystem { Capacity = 10 };
        await using (var log = WalHarness.Open(files, WalHarness.Batch(), out _))
        {
            Assert.False(await log.TryAppendAsync("one"));
            Assert.False(await log.TryAppendAsync("two"));
            files.Capacity = long.MaxValue;
            Assert.True(await log.TryAppendAsync("three"));
        }

        Assert.Equal(["1:three"], await WalHarness.ReplayAsync(files));
    }

    [Fact]
    public async Task A_failed_flush_of_the_batch_policy_acknowledges_nothing_and_leaves_the_segment()
    {
        var files = new FaultyFileSystem();
        await using var log = WalHarness.Open(files, WalHarness.Batch(), out _);
        await log.AppendAsync("before");
        files.FailFlushes = true;
        Assert.False(await log.TryAppendAsync("refused"));
        files.FailFlushes = false;
        await log.AppendAsync("after");
        Assert.Equal(2, log.CurrentSegment);
        Assert.Equal(["1:before", "1:after"], await WalHarness.ReplayAsync(files.AfterPowerCut()));
        Assert.Equal(["1:before", "1:after"], await WalHarness.ReplayAsync(files.AfterKill()));
    }

    [Fact]
    public async Task A_failed_flush_of_the_interval_policy_keeps_the_records_and_leaves_the_segment()
    {
        var files = new FaultyFileSystem();
        var time = new FakeTimeProvider();
        await using var log = WalHarness.Open(files, WalHarness.Interval(), out _, time);
        await log.AppendAsync("one");
        files.FailFlushes = true;
        time.Advance(TimeSpan.FromMilliseconds(100));
        files.FailFlushes = false;
        await log.AppendAsync("two");
        time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(2, log.CurrentSegment);
        Assert.Equal(["1:one", "1:two"], await WalHarness.ReplayAsync(files.AfterKill()));
        Assert.Contains("1:two", await WalHarness.ReplayAsync(files.AfterPowerCut()));
    }

    [Fact]
    public async Task The_batch_policy_loses_nothing_acknowledged_to_a_power_cut()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var files = new FaultyFileSystem();
            await using var log = WalHarness.Open(files, WalHarness.Batch(4096), out _);
            var acknowledged = new List<string>();
            for (var i = 0; i < 20; i++)
            {
                await log.AppendAsync($"{i:D3}{new string('x', 500)}");
                acknowledged.Add($"1:{i:D3}{new string('x', 500)}");
            }

            Assert.Equal(acknowledged, await WalHarness.ReplayAsync(files.AfterPowerCut(new Random(seed))));
        }
    }

    [Fact]
    public async Task The_interval_policy_loses_at_most_what_came_since_the_last_flush()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var files = new FaultyFileSystem();
            var time = new FakeTimeProvider();
            await using var log = WalHarness.Open(files, WalHarness.Interval(), out _, time);
            for (var i = 0; i < 10; i++)
            {
                await log.AppendAsync($"old {i}");
            }

            time.Advance(TimeSpan.FromMilliseconds(100));
            for (var i = 0; i < 10; i++)
            {
                await log.AppendAsync($"new {i}");
            }

            var replayed = await WalHarness.ReplayAsync(files.AfterPowerCut(seed == 0 ? null : new Random(seed)));
            Assert.Equal(Enumerable.Range(0, 10).Select(i => $"1:old {i}"), replayed.Take(10));
            Assert.Subset(Enumerable.Range(0, 10).Select(i => $"1:new {i}").ToHashSet(), replayed.Skip(10).ToHashSet());
            Assert.Equal(replayed.Count, replayed.Distinct().Count());
        }
    }

    [Fact]
    public async Task The_interval_policy_flushes_once_an_interval_and_not_when_idle()
    {
        var files = new FaultyFileSystem();
        var time = new FakeTimeProvider();
        await using var log = WalHarness.Open(files, WalHarness.Interval(), out _, time);
        for (var round = 1; round <= 3; round++)
        {
            await log.AppendAsync("a");
            await log.AppendAsync("b");
            Assert.Equal(round - 1, files.Flushes);
            time.Advance(TimeSpan.FromMilliseconds(100));
            Assert.Equal(round, files.Flushes);
        }

        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(3, files.Flushes);
    }

    [Theory]
    [InlineData("batch", FaultKind.Error)]
    [InlineData("batch", FaultKind.Kill)]
    [InlineData("100ms", FaultKind.Error)]
    [InlineData("100ms", FaultKind.Kill)]
    internal async Task No_single_failing_operation_loses_an_acknowledged_record(string commit, FaultKind fault)
    {
        var total = (await RunAsync(commit, fault, faultAt: 0)).Files.Operations;
        Assert.True(total > 20);
        for (var faultAt = 1; faultAt <= total; faultAt++)
        {
            var (files, acknowledged, attempted) = await RunAsync(commit, fault, faultAt);
            foreach (var after in AfterCrash(files, commit))
            {
                var replayed = await WalHarness.ReplayAsync(after);
                Assert.Equal(acknowledged, replayed.Where(acknowledged.Contains));
                Assert.Empty(replayed.Except(attempted));
                if (fault == FaultKind.Error)
                {
                    Assert.InRange(attempted.Count - acknowledged.Count, 0, 1);
                }
            }
        }
    }

    [Fact]
    public async Task A_kill_in_the_first_steps_of_a_start_loses_nothing()
    {
        for (var faultAt = 1; faultAt <= 4; faultAt++)
        {
            var files = new FaultyFileSystem();
            await using (var log = WalHarness.Open(files, WalHarness.Batch(), out _))
            {
                await log.AppendAsync("kept");
            }

            var torn = files.Content(WalHarness.PathOf(1));
            files.SetContent(WalHarness.PathOf(1), [.. torn, .. "torn"u8]);
            files.Fault = FaultKind.Kill;
            files.FaultAt = files.Operations + faultAt;
            await using (var log = WalHarness.Open(files, WalHarness.Batch(), out _))
            {
                await log.TryAppendAsync("more");
            }

            Assert.Equal("1:kept", (await WalHarness.ReplayAsync(files.AfterKill()))[0]);
        }
    }

    private static IEnumerable<FaultyFileSystem> AfterCrash(FaultyFileSystem files, string commit)
    {
        yield return files.AfterKill();
        if (commit == "batch")
        {
            yield return files.AfterPowerCut();
            yield return files.AfterPowerCut(new Random(files.FaultAt));
        }
    }

    private static async Task<(FaultyFileSystem Files, List<string> Acknowledged, List<string> Attempted)> RunAsync(
        string commit, FaultKind fault, int faultAt)
    {
        var files = new FaultyFileSystem { Fault = fault, FaultAt = faultAt };
        var time = new FakeTimeProvider();
        var acknowledged = new List<string>();
        var attempted = new List<string>();
        await using var log = WalHarness.Open(files, new() { Commit = commit, SegmentBytes = 4096 }, out _, time);
        for (var i = 0; i < 12; i++)
        {
            var record = $"{i:D3}{new string('x', 900)}";
            attempted.Add("1:" + record);
            if (await log.TryAppendAsync(record))
            {
                acknowledged.Add("1:" + record);
            }

            if (i % 3 == 2)
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
            }
        }

        return (files, acknowledged, attempted);
    }
}
