using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.ObjectStorage;

namespace Metrics.Core.Backup;

/// <summary>A block straight from its store, past every cache: what is checked is what is kept.</summary>
internal sealed class StoredBlockFile(IObjectStore store, BlockInfo block) : IBlockFile
{
    public long Length => block.Bytes;

    public BlockTier Tier => store.LocalDirectory is null ? BlockTier.Cold : BlockTier.Warm;

    public async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellation = default)
    {
        var read = 0;
        while (read < destination.Length)
        {
            var more = await store.ReadAsync(block.Name, offset + read, destination[read..], cancellation);
            if (more == 0)
            {
                throw new InvalidDataException($"the object has {offset + read} bytes instead of {block.Bytes}");
            }

            read += more;
        }
    }

    public void Dispose()
    {
    }
}
