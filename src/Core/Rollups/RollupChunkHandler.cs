namespace Metrics.Core.Rollups;

/// <summary>Takes an encoded chunk; the bytes are reused after the call.</summary>
public delegate void RollupChunkHandler(in Blocks.ChunkMeta meta, ReadOnlySpan<byte> bytes);
