using Metrics.Core.Files;
using Metrics.Core.Tests.Files;
using Metrics.Core.Wal;

namespace Metrics.Core.Tests.Wal;

public sealed class WalConcurrencyTests
{
    [Theory]
    [InlineData("batch")]
    [InlineData("5ms")]
    public async Task Every_acknowledged_record_of_many_appenders_is_there_once_and_in_each_ones_order(string commit)
    {
        const int Appenders = 8;
        const int Each = 500;
        using var directory = new TemporaryDirectory();
        var options = new WalOptions { Commit = commit, SegmentBytes = 100_000, MaxPendingBytes = 4096 };
        var cancellation = TestContext.Current.CancellationToken;
        await using (var log = Open(directory.Path, options, (_, _, _) => { }))
        {
            await Task.WhenAll(Enumerable.Range(0, Appenders).Select(appender => Task.Run(
                async () =>
                {
                    for (var i = 0; i < Each; i++)
                    {
                        var payload = new byte[8 + (i % 200)];
                        BitConverter.TryWriteBytes(payload, appender);
                        BitConverter.TryWriteBytes(payload.AsSpan(4), i);
                        await log.AppendAsync((byte)appender, payload, cancellation);
                    }
                },
                cancellation)));
            Assert.True(log.Segments > 1);
        }

        var next = new int[Appenders];
        await using var again = Open(directory.Path, options, (type, payload, _) =>
        {
            Assert.Equal(type, BitConverter.ToInt32(payload));
            Assert.Equal(next[type]++, BitConverter.ToInt32(payload[4..]));
        });
        Assert.Equal(0, again.Recovery.CorruptionCount);
        Assert.All(next, n => Assert.Equal(Each, n));
    }

    [Fact]
    public async Task Records_that_come_during_a_write_go_out_together_with_the_next()
    {
        var files = new FaultyFileSystem();
        await using var log = WalHarness.Open(files, WalHarness.Batch(), out _);
        await log.AppendAsync("opens the segment");
        using var gate = new Gate(files);
        var first = gate.Block(log, "first");
        var others = Enumerable.Range(0, 20).Select(i => log.AppendAsync($"other {i}").AsTask()).ToArray();
        Assert.All(others, o => Assert.False(o.IsCompleted));
        var (writes, flushes) = (files.Writes, files.Flushes);

        gate.Open();
        await first;
        await Task.WhenAll(others);

        Assert.Equal((writes + 2, flushes + 2), (files.Writes, files.Flushes));
        Assert.Equal(
            Enumerable.Range(0, 20).Select(i => $"1:other {i}").Prepend("1:first").Prepend("1:opens the segment"),
            await WalHarness.ReplayAsync(files.AfterPowerCut()));
    }

    [Fact]
    public async Task A_failing_write_refuses_all_the_records_it_carried()
    {
        var files = new FaultyFileSystem();
        await using var log = WalHarness.Open(files, WalHarness.Interval(), out _);
        await log.AppendAsync("opens the segment");
        using var gate = new Gate(files);
        var first = gate.Block(log, "first");
        var others = Enumerable.Range(0, 5).Select(i => log.TryAppendAsync($"other {i}")).ToArray();
        files.FaultAt = files.Operations + 2;
        gate.Open();
        await first;
        Assert.All(await Task.WhenAll(others), Assert.False);
        await log.AppendAsync("last");
        Assert.Equal(["1:opens the segment", "1:first", "1:last"], await WalHarness.ReplayAsync(files.AfterKill()));
    }

    [Fact]
    public async Task Appends_beyond_the_queue_wait_and_beyond_that_are_refused()
    {
        var files = new FaultyFileSystem();
        var options = new WalOptions { Commit = "batch", MaxPendingBytes = 4096, MaxWaitingBytes = 5000 };
        await using var log = WalHarness.Open(files, options, out _);
        await log.AppendAsync("opens the segment");
        using var gate = new Gate(files);
        var first = gate.Block(log, "first");
        var queued = log.AppendAsync(new string('q', 3000)).AsTask();
        var waiting = log.AppendAsync(new string('w', 3000)).AsTask();
        var behind = log.AppendAsync("small, but not ahead of the one that waits").AsTask();
        var refused = await Assert.ThrowsAsync<WalUnavailableException>(async () => await log.AppendAsync(new string('r', 3000)));
        Assert.Contains("does not keep up", refused.Message, StringComparison.Ordinal);

        gate.Open();
        await Task.WhenAll(first, queued, waiting, behind);
        var replayed = await WalHarness.ReplayAsync(files.AfterPowerCut());
        Assert.Equal("ofqws", string.Concat(replayed.Select(r => r[2])));
    }

    [Fact]
    public async Task A_cancelled_wait_for_room_leaves_no_record()
    {
        var files = new FaultyFileSystem();
        await using var log = WalHarness.Open(files, new WalOptions { Commit = "batch", MaxPendingBytes = 4096 }, out _);
        await log.AppendAsync("opens the segment");
        using var gate = new Gate(files);
        using var cancellation = new CancellationTokenSource();
        var first = gate.Block(log, "first");
        var queued = log.AppendAsync(new string('q', 4000)).AsTask();
        var cancelled = log.AppendAsync(1, new byte[2000], cancellation.Token).AsTask();
        var waiting = log.AppendAsync("waiting").AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        gate.Open();
        await Task.WhenAll(first, queued, waiting);
        Assert.Equal("ofqw", string.Concat((await WalHarness.ReplayAsync(files.AfterPowerCut())).Select(r => r[2])));
    }

    [Fact]
    public async Task Closing_writes_what_is_queued_first()
    {
        var files = new FaultyFileSystem();
        var log = WalHarness.Open(files, WalHarness.Interval(), out _);
        await log.AppendAsync("opens the segment");
        using var gate = new Gate(files);
        var first = gate.Block(log, "first");
        var queued = log.AppendAsync("queued").AsTask();
        var closing = log.DisposeAsync().AsTask();
        Assert.False(await log.TryAppendAsync("late"));
        Assert.False(closing.IsCompleted);
        gate.Open();
        await Task.WhenAll(first, queued, closing);
        Assert.Equal(["1:opens the segment", "1:first", "1:queued"], await WalHarness.ReplayAsync(files.AfterPowerCut()));
    }

    [Fact]
    public async Task An_append_that_meets_nobody_completes_at_once_and_allocates_nothing()
    {
        using var directory = new TemporaryDirectory();
        await using var log = Open(directory.Path, new WalOptions { Commit = "60s" }, (_, _, _) => { });
        var payload = new byte[30_000];
        AppendMany(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        AppendMany(1000);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, 0, 1000);

        void AppendMany(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var append = log.AppendAsync(1, payload);
                Assert.True(append.IsCompletedSuccessfully);
                append.GetAwaiter().GetResult();
            }
        }
    }

    private static WriteAheadLog Open(string directory, WalOptions options, WalRecordHandler onRecord) => WriteAheadLog.Open(
        directory,
        options,
        LocalFileSystem.Instance,
        onRecord,
        SystemClock.Time,
        Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

    /// <summary>Stops the next write in the middle until it is opened.</summary>
    private sealed class Gate : IDisposable
    {
        private readonly ManualResetEventSlim _open = new();
        private readonly ManualResetEventSlim _reached = new();

        public Gate(FaultyFileSystem files) => files.Before = operation =>
        {
            if (operation == FileOperation.Write)
            {
                _reached.Set();
                Assert.True(_open.Wait(TimeSpan.FromSeconds(20)));
            }
        };

        /// <summary>Starts an append and returns when it is in its write.</summary>
        public Task Block(WriteAheadLog log, string text)
        {
            var task = Task.Run(async () => await log.AppendAsync(text));
            Assert.True(_reached.Wait(TimeSpan.FromSeconds(20)));
            return task;
        }

        public void Open() => _open.Set();

        public void Dispose()
        {
            _open.Set();
            _open.Dispose();
            _reached.Dispose();
        }
    }
}
