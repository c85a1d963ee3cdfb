using Metrics.Core.Blocks;
using Metrics.Core.Model;
using Metrics.Core.Rollups;
using Metrics.Core.Sketches;

namespace Metrics.Core.Tests.Rollups;

/// <summary>A chunk with what a block says about it.</summary>
internal sealed record RollupChunk(ChunkMeta Meta, byte[] Bytes)
{
    public RollupReader Open(long lengthMs) => new(Bytes, Meta.Count, lengthMs);

    public RollupRow[] Rows(long lengthMs)
    {
        var rows = new RollupRow[Meta.Count];
        Open(lengthMs).ReadRows(rows);
        return rows;
    }
}

/// <summary>Builds chunks through the public API.</summary>
internal static class RollupChunks
{
    public const long Minute = 60_000;
    public const long Hour = 3_600_000;
    public const long Day = 86_400_000;

    public static List<RollupChunk> Build(long lengthMs, IReadOnlyList<Sample> samples, int block = 64)
    {
        var builder = new RollupBuilder(lengthMs);
        Add(builder, samples, block);
        return Finish(builder);
    }

    public static void Add(RollupBuilder builder, IReadOnlyList<Sample> samples, int block = 64)
    {
        foreach (var part in samples.Chunk(block))
        {
            builder.Add(part.Select(s => s.TimestampMs).ToArray(), part.Select(s => s.Value).ToArray());
        }
    }

    public static List<RollupChunk> Finish(RollupBuilder builder)
    {
        var chunks = new List<RollupChunk>();
        builder.Finish((in ChunkMeta meta, ReadOnlySpan<byte> bytes) => chunks.Add(new RollupChunk(meta, bytes.ToArray())));
        Assert.All(chunks, chunk => Assert.Equal(chunk.Bytes.Length, chunk.Meta.Length));
        return chunks;
    }

    public static void AddRows(RollupBuilder builder, IEnumerable<RollupChunk> chunks, long lengthMs)
    {
        foreach (var chunk in chunks)
        {
            var rows = chunk.Rows(lengthMs);
            var reader = chunk.Open(lengthMs);
            for (var i = 0; i < rows.Length; i++)
            {
                builder.Add(rows[i], ref reader, i);
            }
        }
    }

    public static List<RollupChunk> RollUp(IEnumerable<RollupChunk> chunks, long fromLengthMs, long toLengthMs)
    {
        var builder = new RollupBuilder(toLengthMs);
        AddRows(builder, chunks, fromLengthMs);
        return Finish(builder);
    }

    public static RollupRow[] Rows(IEnumerable<RollupChunk> chunks, long lengthMs) => [.. chunks.SelectMany(c => c.Rows(lengthMs))];

    public static int Bytes(IEnumerable<RollupChunk> chunks) => chunks.Sum(c => c.Bytes.Length);

    /// <summary>The distribution of each row, by its start.</summary>
    public static Dictionary<long, TDigest> Digests(IEnumerable<RollupChunk> chunks, long lengthMs)
    {
        var digests = new Dictionary<long, TDigest>();
        foreach (var chunk in chunks)
        {
            var rows = chunk.Rows(lengthMs);
            var reader = chunk.Open(lengthMs);
            for (var i = 0; i < rows.Length; i++)
            {
                var digest = new TDigest();
                reader.AddTo(i, digest);
                digests.Add(rows[i].StartMs, digest);
            }
        }

        return digests;
    }
}
