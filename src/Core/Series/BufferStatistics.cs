namespace Metrics.Core.Series;

/// <summary>What a series' buffer holds.</summary>
/// <param name="Samples">Samples, late ones that replace others counted twice until they are merged.</param>
/// <param name="Bytes">Compressed bytes in use.</param>
/// <param name="OldestMs">Timestamp of the oldest sample; <see cref="long.MaxValue"/> when there is none.</param>
/// <param name="NewestMs">Timestamp of the newest; <see cref="long.MinValue"/> when there is none.</param>
/// <param name="Chunks">Chunks, the open one included.</param>
public readonly record struct BufferStatistics(long Samples, long Bytes, long OldestMs, long NewestMs, int Chunks);
