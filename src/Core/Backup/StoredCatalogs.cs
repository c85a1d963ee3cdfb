using System.Globalization;
using System.Numerics;
using Metrics.Core.Catalog;
using Metrics.Core.ObjectStorage;

namespace Metrics.Core.Backup;

/// <summary>Reads the catalogs of a data set out of its object store, beside the server that owns them.</summary>
internal static class StoredCatalogs
{
    /// <summary>How many shards have a catalog; 0 when there is no data set.</summary>
    /// <exception cref="BackupException">Some are missing.</exception>
    public static async Task<int> CountAsync(IObjectStore store, CancellationToken cancellation)
    {
        var shards = new SortedSet<int>();
        await foreach (var item in store.ListAsync("shards/", cancellation))
        {
            var parts = item.Name.Split('/');
            if (parts is [_, var number, "catalog.json"] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var shard))
            {
                shards.Add(shard);
            }
        }

        return shards.Count == 0 || (shards.Max == shards.Count - 1 && BitOperations.IsPow2(shards.Count))
            ? shards.Count
            : throw new BackupException(
                $"{store.Description} has catalogs of {shards.Count} shards, the highest of them {shards.Max}: some are missing.");
    }

    /// <exception cref="BackupException">The catalog cannot be read.</exception>
    public static async Task<ShardCatalog> ReadAsync(IObjectStore store, int shard, CancellationToken cancellation)
    {
        var stored = await store.GetAsync(BlockName.Catalog(shard), CatalogDocument.MaxBytes, cancellation)
            ?? throw new BackupException($"{store.Description} has no {BlockName.Catalog(shard)}.");
        try
        {
            return CatalogDocument.Parse(stored.Content, shard).Catalog;
        }
        catch (InvalidDataException e)
        {
            throw new BackupException($"{BlockName.Catalog(shard)} cannot be read: {e.Message}.");
        }
    }
}
