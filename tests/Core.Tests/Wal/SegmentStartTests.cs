using Metrics.Core.Tests.Files;
using Metrics.Core.Wal;

namespace Metrics.Core.Tests.Wal;

public class SegmentStartTests
{
    [Fact]
    public async Task Records_appended_after_a_start_go_to_the_new_segment_and_earlier_ones_do_not()
    {
        var files = new FaultyFileSystem();
        await using (var log = WalHarness.Open(files, WalHarness.Batch(), out _))
        {
            await log.AppendAsync("a");
            Assert.Equal(2, await log.StartSegmentAsync());
            Assert.Equal(2, await log.StartSegmentAsync());
            await log.AppendAsync("b");
            Assert.Equal([1L], log.FinishedSegments.Select(static s => s.Number));
            log.RemoveSegmentsBefore(2);
        }

        Assert.Equal(["1:b"], await WalHarness.ReplayAsync(files));
    }

    [Fact]
    public async Task A_new_segment_behind_a_stalled_write_holds_what_queued_up_and_loses_nothing()
    {
        var files = new FaultyFileSystem();
        using var gate = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        await using (var log = WalHarness.Open(files, WalHarness.Batch(), out _))
        {
            await log.AppendAsync("first");
            files.Before = operation =>
            {
                if (operation == FileOperation.Write)
                {
                    entered.Set();
                    gate.Wait(TestContext.Current.CancellationToken);
                }
            };
            var stalled = Task.Run(() => log.AppendAsync("stalled").AsTask(), TestContext.Current.CancellationToken);
            entered.Wait(TestContext.Current.CancellationToken);
            var queued = log.AppendAsync("queued").AsTask();
            var started = log.StartSegmentAsync();
            Assert.False(started.IsCompleted);
            files.Before = null;
            gate.Set();
            await Task.WhenAll(stalled, queued);
            Assert.Equal(2, await started);
        }

        Assert.Equal(["1:first", "1:stalled", "1:queued"], await WalHarness.ReplayAsync(files));
    }

    [Fact]
    public async Task A_segment_that_cannot_be_started_leaves_the_log_writable()
    {
        var files = new FaultyFileSystem();
        await using (var log = WalHarness.Open(files, WalHarness.Batch(), out _))
        {
            await log.AppendAsync("a");
            files.FaultAt = files.Operations + 1;
            files.Fault = FaultKind.Error;
            await Assert.ThrowsAsync<WalUnavailableException>(log.StartSegmentAsync);
            await log.AppendAsync("b");
            Assert.Equal(log.CurrentSegment + 1, await log.StartSegmentAsync());
        }

        Assert.Equal(["1:a", "1:b"], await WalHarness.ReplayAsync(files));
    }
}
