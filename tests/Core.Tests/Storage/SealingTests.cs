using Metrics.Core.Cardinality;
using Metrics.Core.Query;
using Metrics.Core.Series;
using Metrics.Core.Storage;
using Metrics.Core.Tests.Files;
using Metrics.Core.Wal;

namespace Metrics.Core.Tests.Storage;

public class SealingTests
{
    private const string State = "/data/sealed.json";
    private readonly FaultyFileSystem _files = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_replay_passes_over_what_was_sealed_and_nothing_else()
    {
        await using (var engine = EngineHarness.Open(_files))
        {
            await engine.AppendAsync((1, 0, 1), (1, 1000, 2), (2, 0, 3), (1, 5000, 4));
            var cut = await engine.CutLogAsync(Cancellation);
            await engine.AppendAsync((1, 500, 5));
            await engine.MarkSealedAsync(engine.SeriesOf(1).Shard, cut, EngineHarness.NowMs + 1001, Cancellation);
        }

        await using var again = EngineHarness.Open(_files);
        var sealedShard = again.SeriesOf(1).Shard;
        var expected = new List<string> { "1@500", "1@5000" };
        if (again.SeriesOf(2).Shard != sealedShard)
        {
            expected.Add("2@0");
        }

        Assert.Equal(expected.Order(StringComparer.Ordinal), again.ReadAll().Keys);
        Assert.Equal(5 - expected.Count, again.PassedOverSamples);
        Assert.Equal(expected.Count, again.SamplesInMemory);
        Assert.Equal(EngineHarness.NowMs + 1001, again.SealedBelowMs(sealedShard));
        Assert.Equal(long.MinValue, again.SealedBelowMs(1 - sealedShard));
    }

    [Fact]
    public async Task Segments_go_when_every_shard_has_sealed_all_that_is_in_them()
    {
        await using var engine = EngineHarness.Open(_files);
        await engine.AppendAsync([.. Enumerable.Range(0, 20).Select(static i => (i, 0L, 1.0))]);
        var first = await engine.CutLogAsync(Cancellation);
        await engine.AppendAsync((1, 10_000, 2));
        var second = await engine.CutLogAsync(Cancellation);
        Assert.Equal((2, 3), (first, second));
        await engine.MarkSealedAsync(0, second, EngineHarness.NowMs + 5000, Cancellation);
        Assert.Contains("/data/wal/000000000001.wal", _files.Paths);
        await engine.MarkSealedAsync(1, second, EngineHarness.NowMs, Cancellation);
        Assert.Contains("/data/wal/000000000001.wal", _files.Paths);
        await engine.MarkSealedAsync(1, second, EngineHarness.NowMs + 1, Cancellation);
        Assert.DoesNotContain("/data/wal/000000000001.wal", _files.Paths);
        Assert.Contains("/data/wal/000000000002.wal", _files.Paths);
        await engine.MarkSealedAsync(0, second, EngineHarness.NowMs + 10_001, Cancellation);
        await engine.MarkSealedAsync(1, second, EngineHarness.NowMs + 10_001, Cancellation);
        Assert.DoesNotContain("/data/wal/000000000002.wal", _files.Paths);
        Assert.Contains("/data/wal/000000000003.wal", _files.Paths);
    }

    [Fact]
    public async Task A_cut_of_an_empty_segment_makes_no_other()
    {
        await using var engine = EngineHarness.Open(_files);
        var first = await engine.CutLogAsync(Cancellation);
        Assert.Equal(first, await engine.CutLogAsync(Cancellation));
        await engine.AppendAsync((1, 0, 1));
        Assert.Equal(first + 1, await engine.CutLogAsync(Cancellation));
        Assert.Equal(first + 1, await engine.CutLogAsync(Cancellation));
    }

    [Fact]
    public async Task Segments_from_before_a_restart_are_known_by_their_newest_sample_and_go_too()
    {
        await using (var engine = EngineHarness.Open(_files))
        {
            await engine.AppendAsync((1, 0, 1), (2, 70_000, 2));
            await engine.CutLogAsync(Cancellation);
            await engine.AppendAsync((1, 10_000, 2));
        }

        await using var again = EngineHarness.Open(_files);
        var cut = await again.CutLogAsync(Cancellation);
        await SealAllAsync(again, cut, 70_000);
        Assert.Contains("/data/wal/000000000001.wal", _files.Paths);
        await SealAllAsync(again, cut, 70_001);
        Assert.Equal([$"/data/wal/{cut:D12}.wal"], _files.Paths.Where(static p => p.StartsWith("/data/wal/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_state_that_cannot_be_read_costs_nothing_but_a_longer_replay()
    {
        await using (var engine = EngineHarness.Open(_files))
        {
            await engine.AppendAsync((1, 0, 1), (2, 0, 2));
            await SealAllAsync(engine, await engine.CutLogAsync(Cancellation), 0);
        }

        foreach (var content in new[] { "", "{", "null", "{\"version\":2}", "{\"version\":1,\"lastReference\":1,\"shards\":[[[1]],[]],\"highestMs\":[1,2]}", "[]" })
        {
            AtomicFile.Write(_files, EngineHarness.Directory, "sealed.json", System.Text.Encoding.UTF8.GetBytes(content));
            await using var again = EngineHarness.Open(_files);
            Assert.Equal(["1@0", "2@0"], again.ReadAll().Keys);
            Assert.Equal(0, again.PassedOverSamples);
        }
    }

    [Fact]
    public async Task A_flipped_bit_in_the_state_never_makes_a_replay_pass_over_more()
    {
        await using (var engine = EngineHarness.Open(_files))
        {
            await engine.AppendAsync((1, 0, 1), (2, 0, 2), (1, 1000, 3));
            await SealAllAsync(engine, await engine.CutLogAsync(Cancellation), 1);
        }

        for (var at = 0; at < _files.Content(State).Length; at++)
        {
            var damaged = _files.AfterKill();
            var content = damaged.Content(State);
            content[at] ^= (byte)(1 << (at % 8));
            damaged.SetContent(State, content);
            await using var again = EngineHarness.Open(damaged);
            Assert.Equal(["1@0", "1@1000", "2@0"], again.ReadAll().Keys);
        }
    }

    [Fact]
    public async Task A_deletion_holds_for_what_came_before_it_also_after_a_restart()
    {
        SortedDictionary<string, string> before;
        await using (var engine = EngineHarness.Open(_files))
        {
            await engine.AppendAsync((1, 0, 1), (1, 1000, 2), (1, 2000, 3), (4, 1000, 4));
            using var buffer = new SampleBuffer();
            buffer.Add(engine.SeriesOf(1), EngineHarness.NowMs + 1500, EngineHarness.Digest(1, 2));
            await engine.AppendAsync(buffer, Cancellation);
            var selector = new SeriesSelector("metric1", [TagMatcher.Equal("number", "1")]);
            var series = 0;
            long samples = 0;
            for (var shard = 0; shard < 2; shard++)
            {
                var deleted = await engine.DeleteAsync(shard, selector, EngineHarness.NowMs + 500, EngineHarness.NowMs + 2000, Cancellation);
                (series, samples) = (series + deleted.Series, samples + deleted.Samples);
            }

            Assert.Equal((1, 2L), (series, samples));
            await engine.AppendAsync((1, 1200, 5));
            before = engine.ReadAll();
            Assert.Equal(["1@0", "1@1200", "1@2000", "4@1000"], before.Keys);
            Assert.Equal(4, engine.SamplesInMemory);
        }

        await using var again = EngineHarness.Open(_files);
        Assert.Equal(before, again.ReadAll());
        Assert.Equal(4, again.SamplesInMemory);
    }

    [Fact]
    public async Task A_series_of_which_all_is_deleted_is_gone_also_after_a_restart()
    {
        await using (var engine = EngineHarness.Open(_files))
        {
            await engine.AppendAsync((1, 0, 1), (4, 1000, 4));
            for (var shard = 0; shard < 2; shard++)
            {
                await engine.DeleteAsync(shard, SeriesSelector.All, EngineHarness.NowMs, EngineHarness.NowMs + 1000, Cancellation);
            }

            Assert.Equal(1, engine.Shards.Sum(static s => s.Count));
        }

        await using (var again = EngineHarness.Open(_files))
        {
            Assert.Equal(1, again.Shards.Sum(static s => s.Count));
            Assert.Equal(["4@1000"], again.ReadAll().Keys);

            // It comes back with its next sample.
            await again.AppendAsync((1, 2000, 5));
            Assert.Equal(2, again.Shards.Sum(static s => s.Count));
        }

        await using var third = EngineHarness.Open(_files);
        Assert.Equal(["1@2000", "4@1000"], third.ReadAll().Keys);
    }

    [Fact]
    public async Task A_deletion_that_cannot_be_carried_out_is_refused_and_not_logged()
    {
        await using var engine = EngineHarness.Open(_files);
        await engine.AppendAsync((1, 0, 1));
        var bytes = engine.WalBytes;
        var selector = new SeriesSelector(null, [TagMatcher.Regex("number", "(")]);
        await Assert.ThrowsAsync<ArgumentException>(() => engine.DeleteAsync(0, selector, 0, 1, Cancellation));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => engine.DeleteAsync(2, SeriesSelector.All, 0, 1, Cancellation));
        Assert.Equal(bytes, engine.WalBytes);
    }

    [Fact]
    public async Task An_idle_series_leaves_everything_and_its_successor_takes_the_points_of_those_who_hold_it()
    {
        SortedDictionary<string, string> before;
        await using (var engine = EngineHarness.Open(_files, limits: new CardinalityOptions { MaxSeries = 2 }))
        {
            await engine.AppendAsync((1, -9_000_000, 1), (2, 0, 2));
            var held = engine.SeriesOf(1);
            var number = held.Reference;
            var shard = engine.Shards[held.Shard];
            Assert.Equal(0, engine.RetireIdle(shard, long.MaxValue));
            await engine.CutLogAsync(Cancellation);
            Seal(engine, held, EngineHarness.NowMs);
            engine.DropSealed(shard, EngineHarness.NowMs);
            Assert.Equal(0, engine.RetireIdle(shard, EngineHarness.NowMs));
            Assert.Equal(1, engine.RetireIdle(shard, EngineHarness.NowMs + 1));
            Assert.True(held.IsRetired);
            Assert.Null(engine.Find(held.Id));
            Assert.Null(shard.At(held.Ordinal));
            Assert.DoesNotContain(held, shard.All());
            Assert.Equal(1, engine.RetiredSeries);

            // Another takes the room, and the points of the old one are still taken.
            await engine.AppendAsync((3, 0, 3));
            using var buffer = new SampleBuffer();
            buffer.Add(held, EngineHarness.NowMs, 4);
            buffer.Add(held, EngineHarness.NowMs + 1, EngineHarness.Digest(1, 2));
            await engine.AppendAsync(buffer, Cancellation);
            var successor = engine.Find(held.Id)!;
            Assert.NotSame(held, successor);
            Assert.Equal(number, successor.Reference);
            before = engine.ReadAll();
            Assert.Equal(["1@0", "1@d1", "2@0", "3@0"], before.Keys);
        }

        // The log was not told that the oldest is in a block.
        before["1@-9000000"] = "1";
        await using var again = EngineHarness.Open(_files);
        Assert.Equal(before, again.ReadAll());
        Assert.Equal(0, again.OrphanedSamples);
    }

    [Fact]
    public async Task The_definitions_of_series_long_gone_leave_the_log_and_those_that_are_needed_stay()
    {
        var wal = new WalOptions { Commit = "100ms" };
        await using (var engine = EngineHarness.Open(_files, wal: wal))
        {
            for (var generation = 0; generation < 8; generation++)
            {
                using var buffer = new SampleBuffer();
                for (var i = 0; i < 8000; i++)
                {
                    buffer.Add(engine.SeriesOf(1000 + (generation * 8000) + i), EngineHarness.NowMs - 9_000_000, i);
                }

                buffer.Add(engine.SeriesOf(1), EngineHarness.NowMs + generation, generation);
                await engine.AppendAsync(buffer, Cancellation);
                var cut = await engine.CutLogAsync(Cancellation);
                foreach (var shard in engine.Shards)
                {
                    foreach (var series in shard.All())
                    {
                        Seal(engine, series, EngineHarness.NowMs - 7_200_000);
                    }

                    engine.DropSealed(shard, EngineHarness.NowMs - 7_200_000);
                    engine.RetireIdle(shard, EngineHarness.NowMs + 1);
                }

                await engine.CutLogAsync(Cancellation);
                await SealAllAsync(engine, cut, generation);
            }

            Assert.Equal(1, engine.Shards.Sum(static s => s.Count));
            var definitions = engine.Logs.Single(static l => l.Name == "series");
            Assert.InRange(definitions.Bytes, 100, 30_000 * 60);
            Assert.Equal(8, engine.ReadAll().Count);
        }

        await using var again = EngineHarness.Open(_files, wal: wal);
        Assert.Equal(["1@7"], again.ReadAll().Keys);
        Assert.Equal(0, again.OrphanedSamples);
        await again.AppendAsync((70_000, 0, 1));
        Assert.True(again.SeriesOf(70_000).Reference > 64_000);
    }

    private static void Seal(StorageEngine engine, LiveSeries series, long beforeMs)
    {
        var chunks = new SealedChunks();
        series.CollectUnsealed(engine.Pool, long.MinValue, SeriesBuffer.WindowOf(beforeMs), chunks);
        chunks.TakeTicket().MarkSealed();
    }

    private static async Task SealAllAsync(StorageEngine engine, long cut, long belowMs)
    {
        foreach (var shard in engine.Shards)
        {
            await engine.MarkSealedAsync(shard.Number, cut, EngineHarness.NowMs + belowMs, Cancellation);
        }
    }
}
