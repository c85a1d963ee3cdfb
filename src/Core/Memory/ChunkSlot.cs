namespace Metrics.Core.Memory;

/// <summary>A piece of a pooled array that one chunk's bytes live in. Default: no memory at all.</summary>
/// <param name="Arena">The shared array.</param>
/// <param name="Offset">Where the piece starts.</param>
/// <param name="Length">Its bytes, one of the pool's size classes.</param>
public readonly record struct ChunkSlot(byte[]? Arena, int Offset, int Length)
{
    public Span<byte> Span => new(Arena, Offset, Length);
}
