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
        var (shards, objects) = await ListAsync(store, cancellation);
        var missing = Enumerable.Range(0, shards).Where(i => !objects.ContainsKey(BlockName.Catalog(i))).ToList();
        return missing.Count == 0
            ? shards
            : throw new BackupException(
                $"{store.Description} has no {BlockName.Catalog(missing[0])}: {missing.Count} of the catalogs of {shards} shards are missing. docs/operations.md says how to get one back.");
    }

    /// <summary>
    /// The objects of a data set by name, with their bytes, and how many shards it has to have for them: a power of two, if there is a catalog at all.
    /// </summary>
    public static async Task<(int Shards, Dictionary<string, long> Objects)> ListAsync(IObjectStore store, CancellationToken cancellation)
    {
        var objects = new Dictionary<string, long>(StringComparer.Ordinal);
        var (highest, catalogs) = (-1, 0);
        await foreach (var item in store.ListAsync("shards/", cancellation))
        {
            objects[item.Name] = item.Bytes;
            if (item.Name.Split('/') is [_, var number, .., var last] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var shard))
            {
                highest = Math.Max(highest, shard);
                catalogs += last == "catalog.json" ? 1 : 0;
            }
        }

        return (catalogs == 0 ? 0 : (int)BitOperations.RoundUpToPowerOf2((uint)highest + 1), objects);
    }

    /// <exception cref="BackupException">The catalog cannot be read.</exception>
    public static async Task<ShardCatalog> ReadAsync(IObjectStore store, int shard, CancellationToken cancellation)
    {
        var (catalog, problem) = await TryReadAsync(store, shard, cancellation);
        return catalog ?? throw new BackupException(
            $"{BlockName.Catalog(shard)} in {store.Description} cannot be used: {problem}. docs/operations.md says how to get it back.");
    }

    /// <summary>A catalog, or what is wrong with it.</summary>
    public static async Task<(ShardCatalog? Catalog, string? Problem)> TryReadAsync(IObjectStore store, int shard, CancellationToken cancellation)
    {
        if (await store.GetAsync(BlockName.Catalog(shard), CatalogDocument.MaxBytes, cancellation) is not { } stored)
        {
            return (null, VerifyJob.NotThere);
        }

        try
        {
            return (CatalogDocument.Parse(stored.Content, shard).Catalog, null);
        }
        catch (InvalidDataException e)
        {
            return (null, e.Message);
        }
    }
}
