using Metrics.Core.Blocks;
using Metrics.Core.Ingestion;
using Metrics.Core.Query;
using Metrics.Core.Series;
using Metrics.Core.Storage;
using Metrics.Core.Tests.Files;
using Metrics.Core.Wal;

namespace Metrics.Core.Tests.Storage;

/// <summary>Whatever fails while data goes from memory to blocks: blocks and memory together have what was acknowledged.</summary>
public class SealingCrashTests
{
    private const long Hour = 60 * 60 * 1000;
    private static readonly WalOptions SmallSegments = new() { Commit = "batch", SegmentBytes = 4096, CheckpointBytes = 1 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(FaultKind.Kill)]
    [InlineData(FaultKind.Error)]
    public async Task Whatever_operation_fails_blocks_and_memory_have_what_was_acknowledged(object kind)
    {
        var whole = new FaultyFileSystem();
        var all = await WorkAsync(whole);
        Assert.True(all.Acknowledged.Count > 60);
        Assert.True(all.Blocks.Count > 30);
        for (var at = 1; at <= whole.Operations; at++)
        {
            var files = new FaultyFileSystem { FaultAt = at, Fault = (FaultKind)kind };
            var work = await WorkAsync(files);
            var after = files.AfterKill();
            SortedDictionary<string, string> memory;
            await using (var engine = EngineHarness.Open(after, wal: SmallSegments))
            {
                memory = engine.ReadAll();
                var found = new SortedDictionary<string, string>(work.Blocks, StringComparer.Ordinal);
                foreach (var (key, value) in memory)
                {
                    found[key] = value;
                }

                Assert.Subset(work.Attempted.ToHashSet(), found.ToHashSet());
                Assert.Superset(work.Acknowledged.ToHashSet(), found.ToHashSet());
                Assert.Equal(0, engine.OrphanedSamples);

                // New series after the crash must not take over the numbers of older ones.
                await engine.AppendAsync((1000, 0, at), (0, 1, at));
                memory["1000@0"] = memory["0@1"] = $"{at}";
            }

            await using var again = EngineHarness.Open(after, wal: SmallSegments);
            Assert.Equal(memory, again.ReadAll());
            Assert.Equal(0, again.OrphanedSamples);
        }
    }

    private static async Task<Work> WorkAsync(FaultyFileSystem files)
    {
        var work = new Work();
        StorageEngine engine;
        try
        {
            engine = EngineHarness.Open(files, wal: SmallSegments);
        }
        catch (IOException)
        {
            return work;
        }

        for (var round = 0; round < 8; round++)
        {
            await TryAsync(() => AppendAsync(engine, work, round));
            if (round % 2 == 1)
            {
                await TryAsync(() => SealAsync(engine, work, round));
            }

            if (round is 3 or 6)
            {
                await TryAsync(() => DeleteAsync(engine, work, round));
            }
        }

        await engine.DisposeAsync();
        return work;

        async Task TryAsync(Func<Task> step)
        {
            try
            {
                await step();
            }
            catch (Exception error) when (error is IOException or WriteUnavailableException)
            {
                Assert.NotEqual(0, files.FaultAt);
            }
        }
    }

    private static async Task AppendAsync(StorageEngine engine, Work work, int round)
    {
        var batch = new Dictionary<string, string>();
        using var buffer = new SampleBuffer();
        for (var i = 0; i < 10; i++)
        {
            var series = i < 5 ? i : (round * 10) + i;
            var at = (i % 3 == 2 ? -9 * Hour : (round - 10) * Hour) + (round * 10) + i;
            buffer.Add(engine.SeriesOf(series), EngineHarness.NowMs + at, round + (i / 10.0));
            batch[$"{series}@{at}"] = $"{round + (i / 10.0):R}";
        }

        var digest = EngineHarness.Digest(round, 2 * round, 77);
        var digestAt = ((round - 10) * Hour) + round;
        buffer.Add(engine.SeriesOf(500 + (round % 2)), EngineHarness.NowMs + digestAt, digest);
        batch[$"{500 + (round % 2)}@d{digestAt}"] = Convert.ToHexString(digest);
        Put(batch, work.Attempted);
        await engine.AppendAsync(buffer, Cancellation);
        Put(batch, work.Acknowledged);
    }

    private static async Task SealAsync(StorageEngine engine, Work work, int round)
    {
        var belowMs = SeriesBuffer.WindowOf(EngineHarness.NowMs + ((round - 10) * Hour));
        var cut = await engine.CutLogAsync(Cancellation);
        foreach (var shard in engine.Shards)
        {
            foreach (var series in shard.All())
            {
                var chunks = new SealedChunks();
                series.CollectUnsealed(engine.Pool, long.MinValue, belowMs, chunks);
                Put(Read(chunks, shard.Index.KeyOf(series.Ordinal).ValueOf("number")!), work.Blocks);
                chunks.TakeTicket().MarkSealed();
            }

            await engine.MarkSealedAsync(shard.Number, cut, belowMs, Cancellation);
            engine.DropSealed(shard, belowMs);
            engine.RetireIdle(shard, EngineHarness.NowMs + 1);
        }

        await engine.WriteCheckpointIfDueAsync(Cancellation);
    }

    private static async Task DeleteAsync(StorageEngine engine, Work work, int round)
    {
        var number = $"{round % 5}";
        var doomed = work.Attempted.Keys.Where(k => k.StartsWith(number + "@-", StringComparison.Ordinal)).ToList();
        doomed.ForEach(k => work.Acknowledged.Remove(k));
        foreach (var shard in engine.Shards)
        {
            await engine.DeleteAsync(shard.Number, new SeriesSelector(null, [TagMatcher.Equal("number", number)]), 0, long.MaxValue, Cancellation);
        }

        // In blocks a tombstone hides them.
        doomed.ForEach(k => work.Attempted.Remove(k));
        doomed.ForEach(k => work.Blocks.Remove(k));
    }

    private static Dictionary<string, string> Read(SealedChunks chunks, string number)
    {
        var read = new Dictionary<string, string>();
        foreach (var (meta, bytes) in chunks.Chunks)
        {
            if (meta.Kind == ChunkKind.Distributions)
            {
                var distributions = new List<(long TimestampMs, byte[] Serialized)>();
                DistributionChunk.Read(bytes.Span, meta.Count, distributions);
                distributions.ForEach(d => read[$"{number}@d{d.TimestampMs - EngineHarness.NowMs}"] = Convert.ToHexString(d.Serialized));
                continue;
            }

            var timestamps = new long[meta.Count];
            var values = new double[meta.Count];
            MergeReader.Decode(bytes.Span, meta.Count, timestamps, values);
            for (var i = 0; i < meta.Count; i++)
            {
                read[$"{number}@{timestamps[i] - EngineHarness.NowMs}"] = $"{values[i]:R}";
            }
        }

        return read;
    }

    private static void Put(Dictionary<string, string> from, SortedDictionary<string, string> into)
    {
        foreach (var (key, value) in from)
        {
            into[key] = value;
        }
    }

    private sealed class Work
    {
        public SortedDictionary<string, string> Acknowledged { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, string> Attempted { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, string> Blocks { get; } = new(StringComparer.Ordinal);
    }
}
