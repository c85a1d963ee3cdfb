using Metrics.Core.Blocks;
using Metrics.Core.Files;

namespace Metrics.Core.Tests.Blocks;

/// <summary>A block in memory, as the writer's file and as the reader's.</summary>
internal sealed class MemoryBlock : IFile, IBlockFile
{
    private readonly MemoryStream _bytes = new();

    public MemoryBlock(byte[]? bytes = null) => _bytes.Write(bytes);

    public long Length => _bytes.Length;

    public BlockTier Tier => BlockTier.Warm;

    /// <summary>Ranges read so far.</summary>
    public List<(long Offset, int Length)> Reads { get; } = [];

    /// <summary>Sizes of the writes so far.</summary>
    public List<int> Writes { get; } = [];

    public byte[] ToArray() => _bytes.ToArray();

    public ValueTask<BlockReader> OpenAsync() => BlockReader.OpenAsync(this, "b", TestContext.Current.CancellationToken);

    public Task<IReadOnlyList<string>> VerifyAsync() => BlockReader.VerifyAsync(this, "b", TestContext.Current.CancellationToken);

    public async Task<List<(int Row, ChunkMeta Chunk)>> ChunksAsync(
        BlockReader reader, IReadOnlyList<int> rows, long fromMs = long.MinValue, long toMs = long.MaxValue)
    {
        var chunks = new List<(int Row, ChunkMeta Chunk)>();
        await reader.ReadChunksAsync(this, rows, fromMs, toMs, chunks, TestContext.Current.CancellationToken);
        return chunks;
    }

    public int Read(long offset, Span<byte> buffer) => throw new NotSupportedException();

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        Assert.Equal(_bytes.Length, offset);
        Writes.Add(bytes.Length);
        _bytes.Write(bytes);
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

        _bytes.GetBuffer().AsMemory((int)offset, destination.Length).CopyTo(destination);
        return default;
    }

    public void Dispose()
    {
    }
}
