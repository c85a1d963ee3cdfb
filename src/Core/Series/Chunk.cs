using Metrics.Core.Blocks;
using Metrics.Core.Memory;

namespace Metrics.Core.Series;

/// <summary>
/// A closed chunk: compressed samples in ascending time, all within one two-hour window. One that late samples change is replaced
/// by another, so that what holds for its bytes goes with it.
/// </summary>
internal sealed class Chunk(ChunkSlot slot, int length, int count, long minMs, long maxMs)
{
    // Both are far below 65,536; there are millions of chunks.
    private readonly ushort _length = checked((ushort)length);
    private readonly ushort _count = checked((ushort)count);
    private AggregatesBox? _aggregates;

    public ChunkSlot Slot { get; } = slot;

    /// <summary>Bytes of the slot that are in use.</summary>
    public int Length => _length;

    public int Count => _count;

    public long MinMs { get; } = minMs;

    public long MaxMs { get; } = maxMs;

    /// <summary>Whether a block has its samples, durably.</summary>
    public bool IsSealed { get; set; }

    public ReadOnlySpan<byte> Bytes => Slot.Span[..Length];

    /// <summary>Of its values; decoded once. Under the buffer's lock.</summary>
    public ref readonly ChunkAggregates Aggregates => ref (_aggregates ??= new(ValueAggregates.Of(Bytes, Count))).Value;

    private sealed class AggregatesBox(ChunkAggregates value)
    {
        public readonly ChunkAggregates Value = value;
    }
}
