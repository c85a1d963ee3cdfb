using System.Text.Json.Nodes;
using Metrics.Silo.Tests.Live;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Durability;

/// <summary>A damaged log does not stop the start, costs what was damaged and nothing else, and is said in the log and on a page.</summary>
public sealed class DamagedLogTests(WrittenLog written) : IClassFixture<WrittenLog>, IDisposable
{
    private readonly DirectoryInfo _data = written.Copy();

    [Fact]
    public async Task Flipped_bits_cost_the_records_they_are_in()
    {
        // One in a payload, one in a record's header, in different segments; the place within is chance.
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var payload = Any(random, written.Segments[1]);
        var header = Any(random, written.Segments[3]);
        Flip(payload, payload.Start + 20 + random.Next((int)(payload.End - payload.Start - 20)), 1 << random.Next(8));
        Flip(header, header.Start + random.Next(20), 1 << random.Next(8));

        await AssertLost([payload.Request, header.Request], [payload, header]);
    }

    [Fact]
    public async Task A_wiped_range_costs_the_records_in_it()
    {
        var places = In(written.Segments[2]);
        var (first, last) = (places[5], places[8]);
        using (var file = Open(first.Segment))
        {
            file.Position = first.Start + 3;
            file.Write(new byte[last.End - 3 - file.Position]);
        }

        await AssertLost([.. places[5..9].Select(static p => p.Request)], [first]);
    }

    [Fact]
    public async Task A_segment_cut_short_costs_what_was_behind_the_cut()
    {
        var places = In(written.Segments[2]);
        var cut = places[6];
        using (var file = Open(cut.Segment))
        {
            file.SetLength(cut.Start + 30);
        }

        await AssertLost([.. places[6..].Select(static p => p.Request)], [cut]);
    }

    [Fact]
    public async Task The_newest_segment_cut_short_costs_the_record_that_was_cut_and_is_written_on()
    {
        var cut = written.Places[^1];
        using (var file = Open(cut.Segment))
        {
            file.SetLength(cut.End - 1);
        }

        await using var silo = await Restart();
        var torn = (await Log(silo, "wal"))["replay"]!["tornTail"]!;
        Assert.Equal((cut.Segment, cut.Start, cut.End - 1 - cut.Start), ((string?)torn["segment"], (long)torn["offset"]!, (long)torn["bytes"]!));
        Assert.Contains($"{cut.Segment} ends in an unfinished write at offset {cut.Start}", silo.Process.Output, StringComparison.Ordinal);
        await AssertOnlyMissing(silo, [cut.Request]);
        await silo.Write(new Point("after", "k", "v", written.FromMs, 7));

        await silo.Kill();
        await silo.Start();
        await AssertOnlyMissing(silo, [cut.Request]);
        Assert.Equal(7, (await silo.QueryByTag("after", "sum", "k", written.FromMs, written.ToMs))["v"]);
        Assert.Null((await Log(silo, "wal"))["replay"]!["tornTail"]);
    }

    [Fact]
    public async Task A_wiped_segment_header_costs_nothing()
    {
        using (var file = Open(written.Segments[2]))
        {
            file.Write(new byte[WrittenLog.HeaderBytes]);
        }

        await using var silo = await Restart();
        await AssertSaid(silo, written.Segments[2], 0);
        await AssertOnlyMissing(silo, []);
    }

    [Fact]
    public async Task A_segment_that_is_gone_is_missed_and_the_others_are_read()
    {
        var gone = written.Segments[4];
        File.Delete(Path.Combine(_data.FullName, "wal", gone));
        await using var silo = await Restart();
        await AssertSaid(silo, gone, 0);
        await AssertOnlyMissing(silo, [.. In(gone).Select(static p => p.Request)]);
    }

    [Fact]
    public async Task Definitions_lost_in_one_log_cost_nothing()
    {
        Overwrite("series");
        await using var silo = await Restart();
        Assert.True((int)(await Log(silo, "series"))["replay"]!["corruptionCount"]! > 0);
        Assert.Equal(0, (int)(await Status(silo))["orphanedSamples"]!);
        await AssertOnlyMissing(silo, []);
    }

    [Fact]
    public async Task Definitions_lost_in_both_logs_cost_their_samples_which_are_counted_and_new_series_keep_apart()
    {
        Overwrite("series");
        File.Delete(Path.Combine(_data.FullName, "wal", written.Places[0].Segment));
        await using var silo = await Restart();
        var left = written.Places.Count(p => p.Segment != written.Places[0].Segment);
        Assert.Equal(left * WrittenLog.Series, (int)(await Status(silo))["orphanedSamples"]!);
        Assert.Contains($"{left * WrittenLog.Series} replayed samples belong to series whose definitions are damaged", silo.Process.Output, StringComparison.Ordinal);

        await silo.Write(new Point("new", "k", "v", written.FromMs, 7));
        await silo.Kill();
        await silo.Start();
        var counts = await silo.QueryByTag("new", "count", "k", written.FromMs, written.ToMs);
        Assert.Equal(1, counts["v"]);
    }

    [Fact]
    public async Task Files_that_are_nothing_but_noise_do_not_stop_the_start()
    {
        var noise = new byte[100_000];
        new Random(7).NextBytes(noise);
        foreach (var file in _data.GetFiles("*.wal", SearchOption.AllDirectories))
        {
            await File.WriteAllBytesAsync(file.FullName, noise, TestContext.Current.CancellationToken);
        }

        await using var silo = await Restart();
        foreach (var log in (await Status(silo))["logs"]!.AsArray())
        {
            Assert.True((long)log!["replay"]!["corruptionCount"]! > 0);
            Assert.Equal(0, (long)log["replay"]!["records"]!);
        }

        await silo.Write(new Point("after", "k", "v", written.FromMs, 7));
        await silo.Kill();
        await silo.Start();
        Assert.Equal(7, (await silo.QueryByTag("after", "sum", "k", written.FromMs, written.ToMs))["v"]);
    }

    public void Dispose() => _data.Delete(recursive: true);

    private static async Task<JsonNode> Status(SiloProcess silo) => await silo.GetJson("/api/v1/status/wal");

    private static async Task<JsonNode> Log(SiloProcess silo, string name) =>
        (await Status(silo))["logs"]!.AsArray().Single(l => (string?)l!["name"] == name)!;

    private static async Task AssertSaid(SiloProcess silo, string segment, long offset)
    {
        var corruptions = (await Log(silo, "wal"))["replay"]!["corruptions"]!.AsArray();
        Assert.Contains(corruptions, c => (string?)c!["segment"] == segment && (long)c["offset"]! == offset);
        Assert.Contains($"{segment} at offset {offset}:", silo.Process.Output, StringComparison.Ordinal);
    }

    private async Task AssertLost(int[] requests, WrittenLog.Place[] said)
    {
        await using var silo = await Restart();
        Assert.Equal(said.Length, (int)(await Log(silo, "wal"))["replay"]!["corruptionCount"]!);
        foreach (var place in said)
        {
            await AssertSaid(silo, place.Segment, place.Start);
        }

        await AssertOnlyMissing(silo, requests);
    }

    private async Task AssertOnlyMissing(SiloProcess silo, int[] requests)
    {
        var first = written.FromMs / 1000;
        var expected = Enumerable.Range(0, WrittenLog.Requests).Except(requests);
        var counts = await silo.QueryBuckets(WrittenLog.Metric, "count", written.FromMs, written.ToMs, 1);
        Assert.Equal(expected, counts.Keys.Select(t => (int)(t - first)).Order());
        Assert.All(counts.Values, static count => Assert.Equal(WrittenLog.Series, count));
        var averages = await silo.QueryBuckets(WrittenLog.Metric, "avg", written.FromMs, written.ToMs, 1);
        Assert.All(averages, average => Assert.Equal(average.Key - first, average.Value));
    }

    private async Task<SiloProcess> Restart()
    {
        var silo = new SiloProcess(_data.FullName, WrittenLog.Settings);
        await silo.Start();
        return silo;
    }

    private List<WrittenLog.Place> In(string segment) => [.. written.Places.Where(p => p.Segment == segment)];

    private WrittenLog.Place Any(Random random, string segment) => In(segment)[random.Next(In(segment).Count)];

    private FileStream Open(string segment) => new(Path.Combine(_data.FullName, "wal", segment), FileMode.Open, FileAccess.ReadWrite);

    private void Flip(WrittenLog.Place place, long offset, int bits)
    {
        using var file = Open(place.Segment);
        file.Position = offset;
        var was = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(was ^ bits));
    }

    private void Overwrite(string log)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(_data.FullName, log), "*.wal"))
        {
            var bytes = File.ReadAllBytes(file);
            bytes.AsSpan().Fill(0x55);
            File.WriteAllBytes(file, bytes);
        }
    }
}
