using Metrics.Core.Blocks;

namespace Metrics.Core.Catalog;

internal sealed partial class DiskCache
{
    /// <summary>A reader's hold on a cached block.</summary>
    private sealed class CachedBlockFile : IBlockFile
    {
        private readonly CachedBlock _block;
        private bool _read;
        private bool _fetched;
        private int _disposed;

        public CachedBlockFile(CachedBlock block)
        {
            _block = block;
            block.Enter();
        }

        public long Length => _block.Info.Bytes;

        /// <summary>Cold once anything had to be fetched.</summary>
        public BlockTier Tier => _fetched || (!_read && !_block.Whole) ? BlockTier.Cold : BlockTier.Warm;

        public async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellation = default)
        {
            if (await _block.ReadAsync(offset, destination, cancellation))
            {
                _fetched = true;
            }

            _read = true;
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                _block.Leave();
            }
        }
    }
}
