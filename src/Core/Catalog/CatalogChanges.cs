using Metrics.Core.Blocks;

namespace Metrics.Core.Catalog;

/// <summary>What changes do to catalogs. Applying one again changes nothing but the version.</summary>
internal static class CatalogChanges
{
    public static ShardCatalog With(this ShardCatalog catalog, CatalogChange change)
    {
        var removed = change.Remove.ToHashSet(StringComparer.Ordinal);
        var rolledUp = change.RolledUp.ToHashSet(StringComparer.Ordinal);
        var damaged = catalog.Damaged.ToList();
        var known = damaged.Select(static d => d.Block.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var block in change.SetAside)
        {
            if (known.Add(block.Block.Name))
            {
                damaged.Add(block);
            }
        }

        var blocks = new List<BlockInfo>(catalog.Blocks.Count + change.Add.Count);
        var next = catalog.NextSequence;
        foreach (var block in catalog.Blocks.Concat(change.Add.Select(static a => a.Info)))
        {
            next = Math.Max(next, block.Sequence + 1);
            if (!removed.Contains(block.Name) && known.Add(block.Name))
            {
                blocks.Add(rolledUp.Contains(block.Name) ? block with { RolledUp = true } : block);
            }
        }

        blocks.Sort(Compare);
        var goneTombstones = change.RemoveTombstones.ToHashSet(StringComparer.Ordinal);
        var tombstones = catalog.Tombstones.Concat(change.AddTombstones)
            .Where(t => !goneTombstones.Contains(t.Id)).DistinctBy(static t => t.Id).OrderBy(static t => t.Sequence).ToList();
        foreach (var tombstone in change.AddTombstones)
        {
            next = Math.Max(next, tombstone.Sequence + 1);
        }

        return catalog with { Version = catalog.Version + 1, NextSequence = next, Blocks = blocks, Tombstones = tombstones, Damaged = damaged };
    }

    /// <summary>Whether a change still makes sense on another owner's catalog: blocks that stand for others do only while those are there.</summary>
    public static bool Fits(this CatalogChange change, ShardCatalog catalog)
    {
        if (change.Add.Count == 0 || change.Remove.Count == 0)
        {
            return true;
        }

        var listed = catalog.Names().ToHashSet(StringComparer.Ordinal);
        return change.Remove.All(listed.Contains);
    }

    /// <summary>Every block that the catalog lists, damaged ones too.</summary>
    public static IEnumerable<BlockInfo> All(this ShardCatalog catalog) => catalog.Blocks.Concat(catalog.Damaged.Select(static d => d.Block));

    public static IEnumerable<string> Names(this ShardCatalog catalog) => catalog.All().Select(static b => b.Name);

    /// <summary>After the newest raw sample in blocks: from there on no block has anything. <see cref="long.MinValue"/> without blocks.</summary>
    public static long EndMs(this IEnumerable<BlockInfo> blocks)
    {
        var end = long.MinValue;
        foreach (var block in blocks)
        {
            if (block.Resolution == Resolution.Raw)
            {
                end = Math.Max(end, block.MaxMs == long.MaxValue ? long.MaxValue : block.MaxMs + 1);
            }
        }

        return end;
    }

    private static int Compare(BlockInfo a, BlockInfo b)
    {
        var order = a.Resolution.CompareTo(b.Resolution);
        order = order != 0 ? order : a.FromMs.CompareTo(b.FromMs);
        return order != 0 ? order : a.Sequence.CompareTo(b.Sequence);
    }
}
