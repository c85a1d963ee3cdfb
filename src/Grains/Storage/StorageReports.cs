using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Maintenance;

namespace Metrics.Grains.Storage;

/// <summary>Makes a silo's report, and one out of several.</summary>
internal static class StorageReports
{
    public static StorageReport Of(MaintenanceStatus status, string silo)
    {
        var hot = new StoredData(
            "hot", Resolution.Raw.Name(), 0, status.Hot.Bytes, status.Hot.Samples, status.Hot.Series, Time(status.Hot.OldestMs), Time(status.Hot.NewestMs));
        StoredData[] stored = [hot, .. status.Blocks.Tiers.Select(static t => new StoredData(
            t.Tier == BlockTier.Cold ? "cold" : "warm", t.Resolution.Name(), t.Blocks, t.Bytes, t.Samples, null, Time(t.OldestMs), Time(t.NewestMs)))];
        var pending = new Dictionary<string, int>
        {
            ["shardsToSeal"] = status.Pending.GetValueOrDefault(StorageMaintenance.SealJob),
            ["windowsToSeal"] = status.Pending.GetValueOrDefault(StorageMaintenance.SealWindows),
            ["blocksToRollUp"] = status.Pending.GetValueOrDefault(StorageMaintenance.RollUpJob),
            ["compactions"] = status.Pending.GetValueOrDefault(StorageMaintenance.CompactJob),
            ["deletions"] = status.Pending.GetValueOrDefault(StorageMaintenance.DeleteJob),
            ["changesToPublish"] = status.Blocks.PendingChanges,
            ["objectsToDelete"] = status.Blocks.GarbageObjects,
        };
        return new StorageReport(
            stored,
            stored.Min(static s => s.Oldest),

            // The row of a minute or an hour may end after its newest sample.
            stored.Where(static s => s.Resolution == Resolution.Raw.Name()).Max(static s => s.Newest) ?? stored.Max(static s => s.Newest),
            new LogReport(status.LogBytes),
            new SpoolReport(status.Blocks.SpoolBytes, status.Blocks.SpoolMaxBytes),
            new CacheReport(status.Blocks.CacheBytes, status.Blocks.CacheHitBytes, status.Blocks.CacheFetchedBytes),
            [new ObjectStoreReport(silo, status.Blocks.Store, Time(status.Blocks.LastPublishedMs), status.Blocks.LastError)],
            status.Blocks.Shards.ToDictionary(static s => NameOf(s.Key), static s => s.Value),
            pending,
            [.. status.Jobs.GroupBy(static j => j.Job.Job).Select(Sum)],
            [.. status.Blocks.Damaged.Select(static d => Damage(d.Shard, d.Block))],
            status.Kept.ToDictionary(static k => k.Key.Name(), static k => k.Value.TotalDays));
    }

    /// <summary>Of one or more.</summary>
    public static StorageReport Sum(IReadOnlyList<StorageReport> reports) => reports.Count == 1 ? reports[0] : new StorageReport(
        [.. reports.SelectMany(static r => r.Stored).GroupBy(static s => (s.Tier, s.Resolution)).Select(static g => new StoredData(
            g.Key.Tier,
            g.Key.Resolution,
            g.Sum(static s => s.Blocks),
            g.Sum(static s => s.Bytes),
            g.Sum(static s => s.Samples),
            g.All(static s => s.Series is null) ? null : g.Sum(static s => s.Series),
            g.Min(static s => s.Oldest),
            g.Max(static s => s.Newest)))],
        reports.Min(static r => r.Oldest),
        reports.Max(static r => r.Newest),
        new LogReport(reports.Sum(static r => r.Wal.Bytes)),
        new SpoolReport(reports.Sum(static r => r.Spool.Bytes), reports.Sum(static r => r.Spool.MaxBytes)),
        new CacheReport(reports.Sum(static r => r.Cache.Bytes), reports.Sum(static r => r.Cache.HitBytes), reports.Sum(static r => r.Cache.FetchedBytes)),
        [.. reports.SelectMany(static r => r.ObjectStores)],
        Sum(reports.Select(static r => r.Shards)),
        Sum(reports.Select(static r => r.Pending)),
        [.. reports.SelectMany(static r => r.Jobs).GroupBy(static j => j.Job).Select(static g => new JobReport(
            g.Key,
            g.Max(static j => j.LastRun),
            g.MaxBy(static j => j.LastRun)!.LastSeconds,
            g.Sum(static j => j.FailingShards),
            g.Select(static j => j.LastError).FirstOrDefault(static e => e is not null)))],
        [.. reports.SelectMany(static r => r.Damaged)],
        reports[0].Retention);

    private static JobReport Sum(IGrouping<string, (int Shard, JobStatus Job)> runs) => new(
        runs.Key,
        runs.Max(static r => r.Job.LastRun),
        runs.MaxBy(static r => r.Job.LastRun).Job.LastSeconds,
        runs.Count(static r => r.Job.LastError is not null),
        runs.Select(static r => r.Job.LastError).FirstOrDefault(static e => e is not null));

    private static DamagedReport Damage(int shard, DamagedBlock damaged) => new(
        shard, damaged.Block.Name, damaged.Reason, Time(damaged.FoundAtMs)!.Value, Time(damaged.Block.MinMs)!.Value, Time(damaged.Block.MaxMs)!.Value, damaged.Block.Samples);

    private static Dictionary<string, int> Sum(IEnumerable<Dictionary<string, int>> counts) =>
        counts.SelectMany(static c => c).GroupBy(static c => c.Key).ToDictionary(static g => g.Key, static g => g.Sum(static c => c.Value));

    private static string NameOf(ShardStoreState state) => state switch
    {
        ShardStoreState.Acquiring => "acquiring",
        ShardStoreState.Owned => "owned",
        _ => "fenced",
    };

    /// <summary>Timestamps may be any int64, and the calendar ends.</summary>
    private static DateTimeOffset? Time(long? ms) => ms is null
        ? null
        : DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(
            ms.Value, DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
}
