using Metrics.Core.Files;
using Metrics.Core.Tests.Files;
using Metrics.Core.Wal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Core.Tests.Wal;

public sealed class WriteAheadLogTests
{
    [Fact]
    public async Task Replays_types_payloads_and_positions_in_order()
    {
        var files = new FaultyFileSystem();
        var positions = new List<WalPosition>();
        await using (var log = WalHarness.Open(files, WalHarness.Batch(), out _))
        {
            foreach (var (type, payload) in new (byte, byte[])[] { (1, []), (255, [1, 2, 3]), (0, new byte[100_000]) })
            {
                var before = log.Position;
                await log.AppendAsync(type, payload, TestContext.Current.CancellationToken);
                positions.Add(before.Offset == 0 ? new(1, WalFormat.SegmentHeaderBytes) : before);
            }
        }

        var replayed = new List<(byte, int, WalPosition)>();
        await using var again = WriteAheadLog.Open(
            WalHarness.Directory, WalHarness.Batch(), files, (t, p, at) => replayed.Add((t, p.Length, at)), new FakeTimeProvider(), NullLogger.Instance);

        Assert.Equal([(1, 0, positions[0]), (255, 3, positions[1]), (0, 100_000, positions[2])], replayed);
        Assert.Equal(3, again.Recovery.Records);
        Assert.Equal(100_003, again.Recovery.Bytes);
        Assert.Equal(0, again.Recovery.CorruptionCount);
        Assert.Null(again.Recovery.TornAt);
    }

    [Fact]
    public async Task Goes_on_in_the_last_segment_after_a_restart()
    {
        var files = new FaultyFileSystem();
        for (var i = 0; i < 5; i++)
        {
            await using var log = WalHarness.Open(files, WalHarness.Batch(), out var replayed);
            Assert.Equal(i, replayed.Count);
            await log.AppendAsync($"record {i}");
            Assert.Equal(1, log.Segments);
        }
    }

    [Fact]
    public async Task Starts_a_new_segment_at_the_size_and_replays_all_of_them()
    {
        var files = new FaultyFileSystem();
        await using (var log = WalHarness.Open(files, WalHarness.Interval(4096), out _))
        {
            for (var i = 0; i < 50; i++)
            {
                await log.AppendAsync($"{i}:{new string('x', 1000)}");
            }

            Assert.InRange(log.Segments, 13, 25);
            Assert.Equal(1, log.OldestSegment);
            Assert.Equal(log.Segments, log.CurrentSegment);
            Assert.Equal(files.Paths.Sum(p => (long)files.Content(p).Length), log.Bytes);
            Assert.All(files.Paths, p => Assert.InRange(files.Content(p).Length, 1, 4096));
        }

        var replayed = await WalHarness.ReplayAsync(files);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"1:{i}:{new string('x', 1000)}"), replayed);
    }

    [Fact]
    public async Task Removes_finished_segments_and_keeps_the_current_one()
    {
        var files = new FaultyFileSystem();
        await using (var log = WalHarness.Open(files, WalHarness.Batch(4096), out _))
        {
            for (var i = 0; i < 4; i++)
            {
                await log.AppendAsync(new string('x', 4000));
            }

            log.RemoveSegmentsBefore(3);
            Assert.Equal((3, 2), (log.OldestSegment, log.Segments));
            log.RemoveSegmentsBefore(long.MaxValue);
            Assert.Equal((4, 1), (log.OldestSegment, log.Segments));
            Assert.Equal([WalHarness.PathOf(4)], files.Paths);
            Assert.Equal(files.Content(WalHarness.PathOf(4)).Length, log.Bytes);
        }

        await using var again = WalHarness.Open(files.AfterPowerCut(), WalHarness.Batch(4096), out var replayed);
        Assert.Single(replayed);
        Assert.Equal(0, again.Recovery.CorruptionCount);
    }

    [Fact]
    public async Task A_segment_that_cannot_be_deleted_is_tried_again_and_leaves_no_gap()
    {
        var files = new FaultyFileSystem();
        await using var log = WalHarness.Open(files, WalHarness.Batch(4096), out _);
        for (var i = 0; i < 4; i++)
        {
            await log.AppendAsync(new string('x', 4000));
        }

        files.FaultAt = files.Operations + 2;
        log.RemoveSegmentsBefore(4);
        Assert.Equal(2, log.OldestSegment);
        log.RemoveSegmentsBefore(4);
        Assert.Equal(4, log.OldestSegment);
    }

    [Fact]
    public async Task A_second_log_on_the_directory_is_refused_and_told_which()
    {
        var files = new FaultyFileSystem();
        await using (WalHarness.Open(files, WalHarness.Batch(), out _))
        {
            var error = Assert.Throws<FileLockedException>(() => WalHarness.Open(files, WalHarness.Batch(), out _));
            Assert.Contains(WalHarness.Directory, error.Message, StringComparison.Ordinal);
        }

        await using var free = WalHarness.Open(files, WalHarness.Batch(), out _);
    }

    [Fact]
    public async Task A_record_over_the_limit_is_refused_by_size()
    {
        var options = WalHarness.Batch();
        options.MaxRecordBytes = 1024;
        await using var log = WalHarness.Open(new FaultyFileSystem(), options, out _);
        var error = Assert.Throws<ArgumentException>(() => { _ = log.AppendAsync(1, new byte[1025], TestContext.Current.CancellationToken).AsTask(); });
        Assert.Contains("1025 bytes; at most 1024", error.Message, StringComparison.Ordinal);
        await log.AppendAsync(1, new byte[1024], TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_lower_record_limit_still_reads_larger_records()
    {
        var files = new FaultyFileSystem();
        await using (var log = WalHarness.Open(files, new WalOptions { Commit = "batch" }, out _))
        {
            await log.AppendAsync(1, new byte[5_000_000], TestContext.Current.CancellationToken);
        }

        var options = WalHarness.Batch();
        options.MaxRecordBytes = 1024;
        Assert.Single(await WalHarness.ReplayAsync(files, options));
    }

    [Fact]
    public async Task A_closed_log_refuses_records()
    {
        var log = WalHarness.Open(new FaultyFileSystem(), WalHarness.Batch(), out _);
        await log.DisposeAsync();
        await log.DisposeAsync();
        await Assert.ThrowsAsync<WalUnavailableException>(async () => await log.AppendAsync("late"));
    }

    [Fact]
    public async Task Closing_forces_everything_to_disk()
    {
        var files = new FaultyFileSystem();
        await using (var log = WalHarness.Open(files, WalHarness.Interval(), out _))
        {
            await log.AppendAsync("kept");
        }

        Assert.Equal(["1:kept"], await WalHarness.ReplayAsync(files.AfterPowerCut()));
    }

    [Fact]
    public void A_setting_out_of_range_names_itself()
    {
        var error = Assert.Throws<OptionsValidationException>(
            () => WalHarness.Open(new FaultyFileSystem(), new WalOptions { Commit = "often", SegmentBytes = 1 }, out _));
        Assert.Contains("Metrics:Wal:Commit is \"often\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("Metrics:Wal:SegmentBytes is 1:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_progress_of_a_replay_ends_at_its_total()
    {
        var files = new FaultyFileSystem();
        await using (var log = WalHarness.Open(files, WalHarness.Batch(), out _))
        {
            for (var i = 0; i < 5; i++)
            {
                await log.AppendAsync(1, new byte[900_000], TestContext.Current.CancellationToken);
            }
        }

        var seen = new ProgressList();
        await using var again = WriteAheadLog.Open(
            WalHarness.Directory, WalHarness.Batch(), files, (_, _, _) => { }, new FakeTimeProvider(), NullLogger.Instance, seen);
        Assert.True(seen.Reports.Count > 1);
        Assert.Equal(seen.Reports[^1].BytesTotal, seen.Reports[^1].BytesRead);
        Assert.All(seen.Reports, r => Assert.Equal(seen.Reports[0].BytesTotal, r.BytesTotal));
    }

    private sealed class ProgressList : IProgress<WalReplayProgress>
    {
        public List<WalReplayProgress> Reports { get; } = [];

        public void Report(WalReplayProgress value) => Reports.Add(value);
    }
}
