using Metrics.Core.Blocks;

namespace Metrics.Core.Catalog;

/// <summary>Looks at the first read where the block is; when it has moved from there meanwhile, looks again.</summary>
internal sealed class BlockFile(Func<BlockInfo, IBlockFile> locate, BlockInfo block) : IBlockFile
{
    private readonly Lock _gate = new();
    private IBlockFile? _file;
    private bool _disposed;

    public long Length => block.Bytes;

    public BlockTier Tier => Located().Tier;

    public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellation = default) =>
        Located().ReadAsync(offset, destination, cancellation);

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _file?.Dispose();
        }
    }

    private IBlockFile Located()
    {
        if (Volatile.Read(ref _file) is { } file)
        {
            return file;
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _file ??= locate(block);
        }
    }
}
