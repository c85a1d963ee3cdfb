using Metrics.Core.Blocks;
using Metrics.Core.Model;

namespace Metrics.Core.Tests.Blocks;

/// <summary>What is in a block, series by series and with nothing packed.</summary>
internal sealed class BlockModel
{
    public const long FromMs = 1_771_761_600_000;
    public const long ToMs = FromMs + 7_200_000;

    /// <summary>In the order of canonical forms; the chunks of each with their bytes, offset and CRC not set.</summary>
    public List<(SeriesKey Key, List<(ChunkMeta Meta, byte[] Bytes)> Chunks)> Series { get; private init; } = [];

    public long Samples => Series.Sum(static s => s.Chunks.Sum(static c => (long)c.Meta.Count));

    public int Chunks => Series.Sum(static s => s.Chunks.Count);

    public static BlockModel Of(IEnumerable<(SeriesKey Key, (ChunkMeta Meta, byte[] Bytes)[] Chunks)> series) => new()
    {
        Series =
        [
            .. series.DistinctBy(static s => s.Key.Id).OrderBy(static s => s.Key, SeriesOrder.Instance)
                .Select(static s => (s.Key, s.Chunks.OrderBy(static c => c.Meta.MinMs).ToList())),
        ],
    };

    public MemoryBlock Write(Resolution resolution = Resolution.Raw) => Write(out _, resolution);

    public MemoryBlock Write(out BlockSummary summary, Resolution resolution = Resolution.Raw)
    {
        var file = new MemoryBlock();
        using var writer = new BlockWriter(file, resolution, shard: 3, FromMs, ToMs, sequence: 17);
        foreach (var (key, chunks) in Series)
        {
            writer.BeginSeries(key);
            foreach (var (meta, bytes) in chunks)
            {
                writer.AddChunk(meta, bytes);
            }
        }

        summary = writer.Finish();
        return file;
    }

    /// <summary>A chunk as it comes back: without values what the meta says of them is gone.</summary>
    public static ChunkMeta Comparable(in ChunkMeta chunk) => chunk with
    {
        Offset = 0,
        Length = 0,
        Crc = 0,
        Aggregates = chunk.Aggregates.Count == 0 ? default : chunk.Aggregates,
    };
}
