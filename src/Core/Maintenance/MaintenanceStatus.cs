using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Maintenance.Retention;

namespace Metrics.Core.Maintenance;

/// <summary>All that <c>GET /api/v1/status/storage</c> says of one process.</summary>
/// <param name="Blocks">What is on local disk and in the object store, damage included, and what waits to get there.</param>
/// <param name="Hot">What is in memory.</param>
/// <param name="LogBytes">Bytes of the write-ahead logs.</param>
/// <param name="Pending">Work that waits, by job: shards to seal, blocks to roll up, stretches to compact, tombstones.</param>
/// <param name="Jobs">How every kind of work last went, by shard; those that have not run yet are left out.</param>
/// <param name="Kept">How long data is kept by resolution, for series that no policy fits.</param>
/// <param name="Policies">Exceptions in the order in which they are asked.</param>
public sealed record MaintenanceStatus(
    StorageStatus Blocks,
    HotStatus Hot,
    long LogBytes,
    IReadOnlyDictionary<string, int> Pending,
    IReadOnlyList<(int Shard, JobStatus Job)> Jobs,
    IReadOnlyDictionary<Resolution, TimeSpan> Kept,
    IReadOnlyList<RetentionPolicy> Policies);

/// <summary>What is in memory.</summary>
/// <param name="Series">Series.</param>
/// <param name="Samples">Samples and distributions; late ones that replace others may count twice.</param>
/// <param name="Bytes">Their compressed bytes.</param>
/// <param name="OldestMs">The oldest of them; null when there is none.</param>
/// <param name="NewestMs">The newest.</param>
public sealed record HotStatus(long Series, long Samples, long Bytes, long? OldestMs, long? NewestMs);
