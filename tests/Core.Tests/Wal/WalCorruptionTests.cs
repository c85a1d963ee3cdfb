using System.Text;
using Metrics.Core.Tests.Files;
using Metrics.Core.Wal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Core.Tests.Wal;

public sealed class WalCorruptionTests
{
    private static readonly string[] Records = ["alpha", "", "a longer record, so that there is something to flip", "delta", "omega"];

    [Fact]
    public async Task A_flipped_bit_anywhere_loses_the_record_that_holds_it_and_nothing_else()
    {
        var (path, content, starts) = await WriteAsync();
        for (var at = 0; at < content.Length; at++)
        {
            for (var bit = 0; bit < 8; bit += 3)
            {
                var files = new FaultyFileSystem();
                var flipped = (byte[])content.Clone();
                flipped[at] ^= (byte)(1 << bit);
                files.SetContent(path, flipped);
                var holder = Array.FindLastIndex(starts, s => s <= at);
                var expected = Expected().Where((_, i) => i != holder);

                await using var log = WalHarness.Open(files, WalHarness.Batch(), out var replayed);

                Assert.Equal(expected, replayed);
                var isTail = holder == Records.Length - 1;
                Assert.Equal(isTail ? 0 : 1, log.Recovery.CorruptionCount);
                if (isTail)
                {
                    Assert.Equal(new WalPosition(1, starts[holder]), log.Recovery.TornAt);
                }
                else
                {
                    var reported = Assert.Single(log.Recovery.Corruptions);
                    Assert.Equal("000000000001.wal", reported.Segment);
                    Assert.Equal(holder < 0 ? 0 : starts[holder], reported.Offset);
                    Assert.Equal((holder < 0 ? starts[0] : starts[holder + 1]) - reported.Offset, reported.Bytes);
                }
            }
        }
    }

    [Fact]
    public async Task A_cut_at_any_offset_loses_only_what_is_behind_it_and_writing_goes_on()
    {
        var (path, content, starts) = await WriteAsync();
        for (var length = 0; length < content.Length; length++)
        {
            var files = new FaultyFileSystem();
            files.SetContent(path, content[..length]);
            var whole = Math.Max(0, starts.Append(content.Length).Count(s => s <= length) - 1);
            await using (var log = WalHarness.Open(files, WalHarness.Batch(), out var replayed))
            {
                Assert.Equal(Expected().Take(whole), replayed);
                Assert.Equal(0, log.Recovery.CorruptionCount);
                var good = length < starts[0] ? 0 : starts.Append(content.Length).Last(s => s <= length);
                Assert.Equal(length - good, log.Recovery.TornBytes);
                await log.AppendAsync("after");
            }

            await using var again = WalHarness.Open(files, WalHarness.Batch(), out var all);
            Assert.Equal(Expected().Take(whole).Append("1:after"), all);
            Assert.Equal((0, null, 1), (again.Recovery.CorruptionCount, again.Recovery.TornAt, again.Segments));
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(19, true)]
    [InlineData(5000, false)]
    [InlineData(5000, true)]
    public async Task Garbage_or_zeros_behind_the_last_record_are_cut(int length, bool zeros)
    {
        var (path, content, _) = await WriteAsync();
        var tail = new byte[length];
        if (!zeros)
        {
            new Random(7).NextBytes(tail);
        }

        var files = new FaultyFileSystem();
        files.SetContent(path, [.. content, .. tail]);
        await using var log = WalHarness.Open(files, WalHarness.Batch(), out var replayed);
        Assert.Equal(Expected(), replayed);
        Assert.Equal((length, 0), (log.Recovery.TornBytes, log.Recovery.CorruptionCount));
        Assert.Equal(content, files.Content(path));
    }

    [Fact]
    public async Task A_hole_of_zeros_loses_the_records_it_touches()
    {
        var (path, content, starts) = await WriteAsync();
        for (var from = starts[0]; from < starts[3]; from++)
        {
            var files = new FaultyFileSystem();
            var holed = (byte[])content.Clone();
            holed.AsSpan(from, starts[3] + 3 - from).Clear();
            files.SetContent(path, holed);
            var firstTouched = Array.FindLastIndex(starts, s => s <= from);
            var expected = Expected().Where((_, i) => i < firstTouched || i > 3);

            await using var log = WalHarness.Open(files, WalHarness.Batch(), out var replayed);

            Assert.Equal(expected, replayed);
            Assert.Equal(starts[4] - starts[firstTouched], log.Recovery.CorruptBytes);
        }
    }

    [Fact]
    public async Task Bytes_missing_from_the_middle_cost_the_record_they_were_in()
    {
        var (path, content, starts) = await WriteAsync();
        var files = new FaultyFileSystem();
        files.SetContent(path, [.. content[..(starts[2] + 30)], .. content[(starts[2] + 40)..]]);
        Assert.Equal(Expected().Where((_, i) => i != 2), await WalHarness.ReplayAsync(files));
    }

    [Fact]
    public async Task A_missing_segment_is_reported_by_number()
    {
        var files = await WriteSegmentsAsync();
        files.Delete(WalHarness.PathOf(2));
        await using var log = WalHarness.Open(files, WalHarness.Batch(4096), out var replayed);
        Assert.Equal(["a", "c", "d"], replayed.Select(r => r[2..3]));
        Assert.Equal("segment 2 is missing", Assert.Single(log.Recovery.Corruptions).Reason);
    }

    [Fact]
    public async Task A_damaged_end_of_a_segment_that_is_not_the_last_is_a_corruption()
    {
        var files = await WriteSegmentsAsync();
        var content = files.Content(WalHarness.PathOf(2));
        files.SetContent(WalHarness.PathOf(2), content[..^1]);
        await using var log = WalHarness.Open(files, WalHarness.Batch(4096), out var replayed);
        Assert.Equal(["a", "c", "d"], replayed.Select(r => r[2..3]));
        Assert.Equal(new WalCorruption("000000000002.wal", 32, content.Length - 33, "x"), Assert.Single(log.Recovery.Corruptions) with { Reason = "x" });
        Assert.Null(log.Recovery.TornAt);
        Assert.Equal(content.Length - 1, files.Content(WalHarness.PathOf(2)).Length);
    }

    public static TheoryData<string, byte[]> Foreign() => new()
    {
        { "empty", [] },
        { "text", Encoding.UTF8.GetBytes(new string('t', 10_000)) },
        { "magic only", Enumerable.Repeat(WalFormat.RecordMagic.ToArray(), 3000).SelectMany(m => m).ToArray() },
        { "zeros", new byte[10_000] },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public async Task A_foreign_file_among_the_segments_is_reported_and_left_alone(string what, byte[] content)
    {
        var files = await WriteSegmentsAsync();
        files.SetContent(WalHarness.PathOf(2), content);
        await using var log = WalHarness.Open(files, WalHarness.Batch(4096), out var replayed);
        Assert.Equal(["a", "c", "d"], replayed.Select(r => r[2..3]));
        var reported = Assert.Single(log.Recovery.Corruptions);
        Assert.Contains("left alone", reported.Reason, StringComparison.Ordinal);
        Assert.Equal((what, content.Length), (what, reported.Bytes));
        log.RemoveSegmentsBefore(4);
        Assert.Equal(content, files.Content(WalHarness.PathOf(2)));
    }

    [Fact]
    public async Task A_foreign_last_file_is_left_alone_and_writing_goes_on_behind_it()
    {
        var files = await WriteSegmentsAsync();
        var foreign = Encoding.UTF8.GetBytes("not a log at all, but long enough to be one");
        files.SetContent(WalHarness.PathOf(5), foreign);
        files.SetContent($"{WalHarness.Directory}/backup.wal", foreign);
        await using (var log = WalHarness.Open(files, WalHarness.Batch(4096), out _))
        {
            Assert.Equal(2, log.Recovery.CorruptionCount);
            await log.AppendAsync("e");
            Assert.Equal(6, log.CurrentSegment);
        }

        Assert.Equal(["a", "b", "c", "d", "e"], (await WalHarness.ReplayAsync(files)).Select(r => r[2..3]));
        Assert.Equal(foreign, files.Content(WalHarness.PathOf(5)));
    }

    [Fact]
    public async Task A_segment_of_a_newer_format_is_left_alone()
    {
        var files = await WriteSegmentsAsync();
        var content = files.Content(WalHarness.PathOf(2));
        content[8] = 2;
        BitConverter.TryWriteBytes(content.AsSpan(28), Crc32C.Compute(content.AsSpan(0, 28)));
        files.SetContent(WalHarness.PathOf(2), content);
        await using var log = WalHarness.Open(files, WalHarness.Batch(4096), out var replayed);
        Assert.Equal(["a", "c", "d"], replayed.Select(r => r[2..3]));
        Assert.Contains("format version 2", Assert.Single(log.Recovery.Corruptions).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_the_disk_cannot_read_costs_the_records_on_it()
    {
        var files = new FaultyFileSystem();
        await using (var log = WalHarness.Open(files, WalHarness.Batch(), out _))
        {
            for (var i = 0; i < 100; i++)
            {
                await log.AppendAsync($"{i:D3}{new string('x', 1000)}");
            }
        }

        files.UnreadablePage = (WalHarness.PathOf(1), 50_000);
        var before = files.Content(WalHarness.PathOf(1));
        await using var again = WalHarness.Open(files, WalHarness.Batch(), out var replayed);
        Assert.InRange(replayed.Count, 94, 99);
        Assert.Contains(again.Recovery.Corruptions, c => c.Reason.Contains("4096 bytes could not be read from disk: input/output error", StringComparison.Ordinal));
        Assert.Equal(before, files.Content(WalHarness.PathOf(1)));
    }

    [Fact]
    public async Task A_record_that_the_handler_rejects_is_reported_and_the_replay_goes_on()
    {
        var (path, content, starts) = await WriteAsync();
        var files = new FaultyFileSystem();
        files.SetContent(path, content);
        var taken = 0;
        await using var log = WriteAheadLog.Open(
            WalHarness.Directory,
            WalHarness.Batch(),
            files,
            (_, payload, _) => taken += payload.SequenceEqual("delta"u8) ? throw new FormatException("no such series") : 1,
            new FakeTimeProvider(),
            NullLogger.Instance);

        Assert.Equal((4, 4), (taken, log.Recovery.Records));
        var reported = Assert.Single(log.Recovery.Corruptions);
        Assert.Equal((long)starts[3], reported.Offset);
        Assert.Contains("no such series", reported.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_corruptions_are_all_counted_and_the_first_described()
    {
        var files = new FaultyFileSystem();
        await using (var log = WalHarness.Open(files, WalHarness.Batch(), out _))
        {
            for (var i = 0; i < 401; i++)
            {
                await log.AppendAsync("x");
            }
        }

        var content = files.Content(WalHarness.PathOf(1));
        for (var record = 0; record < 400; record += 2)
        {
            content[32 + (record * 21) + 20] ^= 1;
        }

        files.SetContent(WalHarness.PathOf(1), content);
        await using var again = WalHarness.Open(files, WalHarness.Batch(), out var replayed);
        Assert.Equal((201, 200), (replayed.Count, again.Recovery.CorruptionCount));
        Assert.Equal(WalRecovery.MaxDescribed, again.Recovery.Corruptions.Count);
    }

    [Fact]
    public async Task A_record_of_another_segment_is_not_taken_for_one_of_this()
    {
        var files = await WriteSegmentsAsync();
        var stale = files.Content(WalHarness.PathOf(2))[32..];
        files.SetContent(WalHarness.PathOf(4), [.. files.Content(WalHarness.PathOf(4)), .. stale]);
        Assert.Equal(["a", "b", "c", "d"], (await WalHarness.ReplayAsync(files)).Select(r => r[2..3]));
    }

    private static IEnumerable<string> Expected() => Records.Select(r => "1:" + r);

    private static async Task<(string Path, byte[] Content, int[] Starts)> WriteAsync()
    {
        var files = new FaultyFileSystem();
        var starts = new List<int>();
        await using (var log = WalHarness.Open(files, WalHarness.Batch(), out _))
        {
            foreach (var record in Records)
            {
                starts.Add((int)Math.Max(WalFormat.SegmentHeaderBytes, log.Position.Offset));
                await log.AppendAsync(record);
            }
        }

        return (WalHarness.PathOf(1), files.Content(WalHarness.PathOf(1)), [.. starts]);
    }

    /// <summary>Four segments with one record each: a, b, c, d, many times over.</summary>
    private static async Task<FaultyFileSystem> WriteSegmentsAsync()
    {
        var files = new FaultyFileSystem();
        await using var log = WalHarness.Open(files, WalHarness.Batch(4096), out _);
        foreach (var letter in "abcd")
        {
            await log.AppendAsync(new string(letter, 4000));
        }

        return files;
    }
}
