using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Maintenance.Merging;

namespace Metrics.Core.Maintenance;

/// <summary>Rewrites the blocks that tombstones hide something of, and removes tombstones that hide nothing any more.</summary>
internal sealed class Deletions(MaintenanceContext context, Compactor compactor)
{
    /// <summary>Rows are made anew from samples, so those are rewritten last.</summary>
    private static readonly Resolution[] Order = [Resolution.Day, Resolution.Hour, Resolution.Minute, Resolution.Raw];

    /// <summary>Does one piece of what there is to do.</summary>
    /// <returns>Whether there was anything.</returns>
    public async Task<bool> RunAsync(ShardWork work, CancellationToken cancellation)
    {
        var catalog = work.Store.Catalog;
        var tombstones = catalog.Tombstones;

        // The roller has to see the samples first: it goes by tombstones itself.
        if (tombstones.Count == 0 || catalog.Blocks.Any(b => b is { Resolution: Resolution.Raw, RolledUp: false } && tombstones.Any(t => Touches(t, b))))
        {
            return false;
        }

        // Of all tombstones the rows before the samples of any: rewriting samples goes by every tombstone.
        var known = tombstones.Select(static t => t.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var resolution in Order)
        {
            foreach (var tombstone in tombstones)
            {
                if (await FirstTouchedAsync(work, catalog, resolution, tombstone, cancellation) is { } block)
                {
                    await compactor.RewriteAsync(work, Around(catalog, block), "deleted", known, cancellation);
                    return true;
                }
            }
        }

        await work.Store.ApplyAsync(CatalogChange.Of("deleted") with { RemoveTombstones = [.. known] }, cancellation);
        work.Untouched.Clear();
        return true;
    }

    /// <summary>The stretch of all blocks that a block cannot be rewritten without, since they overlap.</summary>
    public static Stretch Around(ShardCatalog catalog, BlockInfo block)
    {
        var (fromMs, toMs) = (block.FromMs, block.ToMs);
        var blocks = catalog.Blocks.Where(b => b.Resolution == block.Resolution).ToList();
        bool grown;
        do
        {
            var touching = blocks.Where(b => b.FromMs < toMs && b.ToMs > fromMs).ToList();
            var (first, last) = (touching.Min(static b => b.FromMs), touching.Max(static b => b.ToMs));
            grown = first < fromMs || last > toMs;
            (fromMs, toMs) = (first, last);
        }
        while (grown);
        return new Stretch(block.Resolution, fromMs, toMs);
    }

    private static bool Touches(Tombstone tombstone, BlockInfo block) =>
        block.Sequence < tombstone.Sequence && block.MinMs < tombstone.ToMs && block.MaxMs >= tombstone.FromMs;

    private async Task<BlockInfo?> FirstTouchedAsync(
        ShardWork work, ShardCatalog catalog, Resolution resolution, Tombstone tombstone, CancellationToken cancellation)
    {
        foreach (var block in catalog.Blocks.Where(b => b.Resolution == resolution && Touches(tombstone, b)))
        {
            if (!work.Untouched.Contains((tombstone.Id, block.Name)))
            {
                if (await HasAnyAsync(work, block, tombstone, cancellation))
                {
                    return block;
                }

                work.Untouched.Add((tombstone.Id, block.Name));
            }
        }

        return null;
    }

    private async Task<bool> HasAnyAsync(ShardWork work, BlockInfo info, Tombstone tombstone, CancellationToken cancellation)
    {
        using var block = await OpenBlock.OpenAsync(context.Shards, work.Shard.Number, info, cancellation);
        var rows = new List<int>();
        block.Reader.Select(SeriesMatch.Compile(tombstone.Selector), rows);
        var chunks = new List<(int Row, ChunkMeta Chunk)>();
        await block.FindChunksAsync(rows, tombstone.FromMs, tombstone.ToMs, chunks, cancellation);
        return chunks.Exists(c => c.Chunk.MinMs < tombstone.ToMs && c.Chunk.MaxMs >= tombstone.FromMs);
    }
}
