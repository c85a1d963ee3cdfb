using Metrics.Core.Memory;

namespace Metrics.Core.Series;

/// <summary>A closed chunk: compressed samples in ascending time, all within one two-hour window.</summary>
internal sealed class Chunk(ChunkSlot slot, int length, int count, long minMs, long maxMs)
{
    public ChunkSlot Slot { get; } = slot;

    /// <summary>Bytes of the slot that are in use.</summary>
    public int Length { get; } = length;

    public int Count { get; } = count;

    public long MinMs { get; } = minMs;

    public long MaxMs { get; } = maxMs;

    public ReadOnlySpan<byte> Bytes => Slot.Span[..Length];
}
