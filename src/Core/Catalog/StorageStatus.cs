using Metrics.Core.Blocks;

namespace Metrics.Core.Catalog;

/// <summary>What is in blocks, for <c>GET /api/v1/status/storage</c>.</summary>
/// <param name="Store">Where the objects are; no secrets.</param>
/// <param name="Tiers">By resolution and tier; those without blocks are left out.</param>
/// <param name="PendingChanges">Changes that are on local disk and not in the object store.</param>
/// <param name="SpoolBytes">Bytes of blocks that wait on local disk.</param>
/// <param name="SpoolMaxBytes">The bound on that.</param>
/// <param name="GarbageObjects">Objects that are to be deleted.</param>
/// <param name="LastPublishedMs">When a catalog was published last, since the start; null when none was.</param>
/// <param name="LastError">Why the last try of a shard failed, of the first shard whose did; null when all is well.</param>
/// <param name="Shards">Shards by state.</param>
/// <param name="Damaged">Blocks that are set aside, with their shards.</param>
/// <param name="CacheBytes">Bytes of blocks in the disk cache.</param>
/// <param name="CacheHitBytes">Bytes that readers got from the disk cache, since the start.</param>
/// <param name="CacheFetchedBytes">Bytes that were fetched from the object store for readers, since the start.</param>
/// <param name="ViewLeases">Queries that hold views now.</param>
public sealed record StorageStatus(
    string Store,
    IReadOnlyList<TierStatus> Tiers,
    int PendingChanges,
    long SpoolBytes,
    long SpoolMaxBytes,
    int GarbageObjects,
    long? LastPublishedMs,
    string? LastError,
    IReadOnlyDictionary<ShardStoreState, int> Shards,
    IReadOnlyList<(int Shard, DamagedBlock Block)> Damaged,
    long CacheBytes,
    long CacheHitBytes,
    long CacheFetchedBytes,
    int ViewLeases);

/// <summary>Blocks of one resolution in one tier. A block that is on local disk whole counts as warm, another one as cold.</summary>
/// <param name="Resolution">Of the rows.</param>
/// <param name="Tier">Warm or cold.</param>
/// <param name="Blocks">How many.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Samples">Samples and distributions, or rows.</param>
/// <param name="OldestMs">The oldest sample.</param>
/// <param name="NewestMs">The newest sample.</param>
public sealed record TierStatus(
    Resolution Resolution, BlockTier Tier, int Blocks, long Bytes, long Samples, long OldestMs, long NewestMs);
