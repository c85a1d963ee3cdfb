using Metrics.Core.Blocks;

namespace Metrics.Core.Catalog;

/// <content>Figures.</content>
public sealed partial class ShardStores
{
    /// <summary>What is in blocks now, and how publishing stands.</summary>
    public StorageStatus Status()
    {
        var tiers = new SortedDictionary<(Resolution Resolution, BlockTier Tier), TierStatus>();
        var damaged = new List<(int Shard, DamagedBlock Block)>();
        foreach (var store in _stores)
        {
            var catalog = store.Catalog;
            damaged.AddRange(catalog.Damaged.Select(d => (store.Shard, d)));
            foreach (var block in catalog.Blocks)
            {
                Add(tiers, block, IsLocal(store, block) ? BlockTier.Warm : BlockTier.Cold);
            }
        }

        var (hit, fetched) = _context.Cache?.Totals ?? default;
        return new StorageStatus(
            _context.Store.Description,
            [.. tiers.Values],
            _stores.Sum(static s => s.PendingChanges),
            _context.Spool.UsedBytes,
            _options.MaxSpoolBytes,
            _stores.Sum(static s => s.GarbageObjects),
            _stores.Max(static s => s.LastPublishedAtMs),
            _stores.Select(static s => s.LastError).FirstOrDefault(static e => e is not null),
            _stores.CountBy(static s => s.State).ToDictionary(),
            damaged,
            _context.Cache?.Bytes ?? 0,
            hit,
            fetched,
            _views.Leases);
    }

    private bool IsLocal(ShardStore store, BlockInfo block) =>
        _context.Store.LocalDirectory is not null || store.IsSpooled(block.Name) || _context.Cache?.IsWhole(block.Name) == true;

    private static void Add(SortedDictionary<(Resolution Resolution, BlockTier Tier), TierStatus> tiers, BlockInfo block, BlockTier tier)
    {
        var before = tiers.GetValueOrDefault((block.Resolution, tier), new TierStatus(block.Resolution, tier, 0, 0, 0, long.MaxValue, long.MinValue));
        tiers[(block.Resolution, tier)] = before with
        {
            Blocks = before.Blocks + 1,
            Bytes = before.Bytes + block.Bytes,
            Samples = before.Samples + block.Samples,
            OldestMs = Math.Min(before.OldestMs, block.MinMs),
            NewestMs = Math.Max(before.NewestMs, block.MaxMs),
        };
    }
}
