using Metrics.Core.Blocks;
using Metrics.Core.ObjectStorage;

namespace Metrics.Core.Catalog;

/// <summary>A block in the object store, read straight from there.</summary>
internal sealed class ColdBlockFile(IObjectStore store, BlockInfo block) : IBlockFile
{
    public long Length => block.Bytes;

    public BlockTier Tier => BlockTier.Cold;

    public async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellation = default)
    {
        var read = await store.ReadAsync(block.Name, offset, destination, cancellation);
        CatalogInstruments.FetchedBytes.Add(read);
        if (read != destination.Length)
        {
            throw new InvalidDataException($"{block.Name} ends at {offset + read}: {destination.Length} bytes from {offset} were asked for.");
        }
    }

    public void Dispose()
    {
    }
}
