namespace Metrics.Core.Blocks;

/// <summary>What the bytes of a chunk in a block are.</summary>
public enum ChunkKind : byte
{
    /// <summary>Samples as <see cref="Compression.ChunkAppender"/> wrote them.</summary>
    Samples = 0,

    /// <summary>Distributions: digests at timestamps (docs/formats/block.md).</summary>
    Distributions = 1,

    /// <summary>Rollup rows as <see cref="Rollups.RollupBuilder"/> wrote them.</summary>
    Rollup = 2,
}

/// <summary>Aggregates of the values that are not NaN; <see cref="Count"/> 0: there are none, and the rest says nothing.</summary>
/// <param name="Count">Values; a distribution counts what it stands for.</param>
/// <param name="Sum">Of the values.</param>
/// <param name="Min">The smallest.</param>
/// <param name="Max">The largest.</param>
/// <param name="Last">The value with the newest timestamp.</param>
/// <param name="LastMs">That timestamp.</param>
public readonly record struct ChunkAggregates(double Count, double Sum, double Min, double Max, double Last, long LastMs);

/// <summary>A chunk of one series in a block: where it is and what it holds.</summary>
/// <param name="Kind">What its bytes are.</param>
/// <param name="MinMs">Timestamp of the first sample, or start of the first rollup row.</param>
/// <param name="MaxMs">Timestamp of the last sample; for rollups the last millisecond of the last row.</param>
/// <param name="Count">Samples (NaNs too), distributions or rows: what a reader decodes.</param>
/// <param name="Aggregates">Of its values.</param>
/// <param name="Offset">From the start of the block object.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Crc">CRC-32C of the bytes.</param>
public readonly record struct ChunkMeta(
    ChunkKind Kind, long MinMs, long MaxMs, int Count, ChunkAggregates Aggregates, long Offset, int Length, uint Crc);
