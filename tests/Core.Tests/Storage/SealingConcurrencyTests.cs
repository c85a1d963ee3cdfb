using Metrics.Core.Series;
using Metrics.Core.Storage;
using Metrics.Core.Tests.Files;
using Metrics.Core.Wal;

namespace Metrics.Core.Tests.Storage;

public class SealingConcurrencyTests
{
    private static readonly WalOptions Interval = new() { Commit = "100ms", SegmentBytes = 64 * 1024 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_sample_in_a_segment_before_a_cut_is_in_memory_when_the_cut_returns()
    {
        var files = new FaultyFileSystem();
        await using var engine = EngineHarness.Open(files, wal: Interval);
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 3).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested && i < 5000; i++)
            {
                await engine.AppendAsync((writer, i, i), (10 + (i % 7), (writer * 10_000) + i, i));
            }
        }, Cancellation)).ToArray();
        for (var round = 0; round < 10; round++)
        {
            var cut = await engine.CutLogAsync(Cancellation);
            var memory = engine.ReadAll();

            // The log up to the cut, by itself.
            var before = files.AfterKill();
            foreach (var path in before.Paths.Where(p => p.StartsWith("/data/wal/", StringComparison.Ordinal) && string.CompareOrdinal(p, $"/data/wal/{cut:D12}.wal") >= 0).ToList())
            {
                before.Delete(path);
            }

            await using var replayed = EngineHarness.Open(before, wal: Interval);
            Assert.Subset(memory.Keys.ToHashSet(), replayed.ReadAll().Keys.ToHashSet());
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    [Fact]
    public async Task No_point_is_lost_to_those_who_hold_series_while_they_are_retired_again_and_again()
    {
        const int Series = 8, Rounds = 400;
        var files = new FaultyFileSystem();
        await using var engine = EngineHarness.Open(files, wal: Interval);
        var blocks = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        using var stop = new CancellationTokenSource();
        var sealing = Task.Run(async () =>
        {
            var chunks = new SealedChunks();
            while (!stop.IsCancellationRequested)
            {
                await engine.CutLogAsync(Cancellation);
                foreach (var shard in engine.Shards)
                {
                    foreach (var series in shard.All())
                    {
                        chunks.Clear();
                        series.CollectUnsealed(engine.Pool, long.MinValue, long.MaxValue, chunks);
                        Keep(chunks, $"{series.Id}", blocks);
                        chunks.TakeTicket().MarkSealed();
                    }

                    engine.DropSealed(shard, long.MaxValue);
                    engine.RetireIdle(shard, long.MaxValue);
                }

                await Task.Yield();
            }
        }, Cancellation);
        var writers = Enumerable.Range(0, 2).Select(writer => Task.Run(async () =>
        {
            var held = Enumerable.Range(0, Series).Select(engine.SeriesOf).ToArray();
            for (var i = 0; i < Rounds; i++)
            {
                using var buffer = new SampleBuffer();
                for (var s = 0; s < Series; s++)
                {
                    buffer.Add(held[s], EngineHarness.NowMs + (i * 2) + writer, i);
                }

                await engine.AppendAsync(buffer, Cancellation);
                await Task.Yield();
            }
        }, Cancellation)).ToArray();
        await Task.WhenAll(writers);
        await stop.CancelAsync();
        await sealing;
        var left = new SealedChunks();
        foreach (var series in engine.Shards.SelectMany(static s => s.All()))
        {
            left.Clear();
            series.CopyUnsealed(engine.Pool, left);
            Keep(left, $"{series.Id}", blocks);
        }

        Assert.Equal(Series * Rounds * 2, blocks.Count);
        Assert.True(engine.RetiredSeries > 0);
        await using var again = EngineHarness.Open(files.AfterKill(), wal: Interval);
        Assert.Equal(Series * Rounds * 2, again.ReadAll().Count);
        Assert.Equal(0, again.OrphanedSamples);
    }

    private static void Keep(SealedChunks chunks, string series, System.Collections.Concurrent.ConcurrentDictionary<string, int> into)
    {
        var timestamps = new long[SeriesBuffer.MaxChunkSamples];
        var values = new double[SeriesBuffer.MaxChunkSamples];
        foreach (var (meta, bytes) in chunks.Chunks)
        {
            for (var i = MergeReader.Decode(bytes.Span, meta.Count, timestamps, values) - 1; i >= 0; i--)
            {
                into[$"{series}@{timestamps[i]}"] = 1;
            }
        }
    }
}
