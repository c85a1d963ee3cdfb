using Metrics.Core.Blocks;
using Metrics.Core.Files;

namespace Metrics.Core.Storage;

/// <summary>A checkpoint's file as the bytes of a block.</summary>
internal sealed class CheckpointBlock(IFile file) : IBlockFile
{
    public long Length => file.Length;

    public BlockTier Tier => BlockTier.Warm;

    public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return file.Read(offset, destination.Span) == destination.Length
            ? default
            : throw new InvalidDataException($"The file ends before {destination.Length} bytes at {offset}.");
    }

    public void Dispose() => file.Dispose();
}
