using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Metrics.Core.Blocks;
using Metrics.Core.Model;

namespace Metrics.Core.Tests.Blocks;

public class BlockRoundTripTests
{
    [Property(MaxTest = 300)]
    public Property Every_series_and_chunk_comes_back_as_it_was_written() => Prop.ForAll(
        BlockGenerators.Block.ToArbitrary(),
        model => CheckAsync(model).GetAwaiter().GetResult());

    private static async Task CheckAsync(BlockModel model)
    {
        var file = model.Write(out var summary, Resolution.Hour);
        Assert.Equal(file.Length, summary.Bytes);
        Assert.Equal((model.Series.Count, model.Samples), (summary.Series, summary.Samples));
        Assert.Equal(model.Series.Min(static s => s.Chunks.Min(static c => c.Meta.MinMs)), summary.MinMs);
        Assert.Equal(model.Series.Max(static s => s.Chunks.Max(static c => c.Meta.MaxMs)), summary.MaxMs);
        Assert.Empty(await BlockReader.VerifyAsync(file, "b"));

        var reader = await BlockReader.OpenAsync(file, "b");
        Assert.Equal((Resolution.Hour, 3, 17L), (reader.Resolution, reader.Shard, reader.Sequence));
        Assert.Equal((BlockModel.FromMs, BlockModel.ToMs, summary), (reader.FromMs, reader.ToMs, reader.Summary));
        Assert.Equal((model.Series.Count, (long)model.Chunks), (reader.SeriesCount, reader.ChunkCount));
        for (var row = 0; row < model.Series.Count; row++)
        {
            CheckSeries(reader, row, model.Series[row].Key);
        }

        var chunks = new List<(int Row, ChunkMeta Chunk)>();
        await reader.ReadChunksAsync(file, [.. Enumerable.Range(0, reader.SeriesCount)], long.MinValue, long.MaxValue, chunks);
        var expected = model.Series.SelectMany(static (s, row) => s.Chunks.Select(c => (Row: row, Chunk: BlockModel.Comparable(c.Meta), c.Bytes))).ToArray();
        Assert.Equal(expected.Select(static e => (e.Row, e.Chunk)), chunks.Select(static c => (c.Row, BlockModel.Comparable(c.Chunk))));
        Assert.All(expected.Zip(chunks), pair =>
        {
            var bytes = file.ToArray().AsSpan((int)pair.Second.Chunk.Offset, pair.Second.Chunk.Length).ToArray();
            Assert.Equal(pair.First.Bytes, bytes);
            reader.Check(pair.Second.Chunk, bytes);
        });
    }

    private static void CheckSeries(BlockReader reader, int row, SeriesKey key)
    {
        Assert.Equal(key, reader.KeyOf(row));
        Assert.Equal(key.Id, reader.KeyOf(row).Id);
        Assert.Equal(key.Id, reader.IdOf(row));
        Assert.Equal(row, reader.Find(key.Id));
        Assert.Equal(key.Id, reader.IdOf(row));
        Assert.Equal(-1, reader.Find(new SeriesId(key.Id.Value + 1)));
        Assert.Equal(key.Metric, reader.MetricOf(row));
        var canonical = new System.Buffers.ArrayBufferWriter<byte>();
        reader.WriteCanonical(row, canonical);
        Assert.Equal(key.ToCanonical(), canonical.WrittenSpan.ToArray());
        foreach (var tag in key.Tags)
        {
            var symbol = reader.ValueSymbolOf(row, reader.SymbolOf(tag.Key));
            Assert.Equal(tag.Value, reader.TextOf(symbol));
            Assert.Equal(symbol, reader.SymbolOf(tag.Value));
        }

        Assert.Equal(-1, reader.SymbolOf("not there"));
        Assert.Equal(-1, reader.SymbolOf(""));
        Assert.Equal(-1, reader.ValueSymbolOf(row, -1));
        if (key.ValueOf(key.Metric) is null)
        {
            Assert.Equal(-1, reader.ValueSymbolOf(row, reader.SymbolOf(key.Metric)));
        }
    }
}
