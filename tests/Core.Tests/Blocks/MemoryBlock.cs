using Metrics.Core.Blocks;
using Metrics.Core.Files;

namespace Metrics.Core.Tests.Blocks;

/// <summary>A block in memory, as the writer's file and as the reader's.</summary>
internal sealed class MemoryBlock : IFile, IBlockFile
{
    private byte[] _bytes;

    public MemoryBlock(byte[]? bytes = null) => _bytes = bytes ?? [];

    public long Length => _bytes.Length;

    public BlockTier Tier => BlockTier.Warm;

    /// <summary>Ranges read so far.</summary>
    public List<(long Offset, int Length)> Reads { get; } = [];

    /// <summary>Sizes of the writes so far.</summary>
    public List<int> Writes { get; } = [];

    public byte[] ToArray() => _bytes;

    public int Read(long offset, Span<byte> buffer) => throw new NotSupportedException();

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        Assert.Equal(_bytes.Length, offset);
        Writes.Add(bytes.Length);
        _bytes = [.. _bytes, .. bytes];
    }

    public void Truncate(long length) => throw new NotSupportedException();

    public void FlushToDisk() => throw new NotSupportedException();

    public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellation = default)
    {
        if (offset < 0 || offset + destination.Length > _bytes.Length)
        {
            throw new InvalidDataException($"{destination.Length} bytes at {offset} are not there");
        }

        lock (Reads)
        {
            Reads.Add((offset, destination.Length));
        }

        _bytes.AsMemory((int)offset, destination.Length).CopyTo(destination);
        return default;
    }

    public void Dispose()
    {
    }
}
