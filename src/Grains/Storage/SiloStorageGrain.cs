using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Ingestion;
using Metrics.Core.Maintenance;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.Query;
using Metrics.Core.Storage;
using Metrics.Grains.Placement;
using Orleans.Concurrency;

namespace Metrics.Grains.Storage;

/// <summary>Off the grain's thread: these look at every series, or wait for disk and store.</summary>
[SiloPlacement]
[Reentrant]
internal sealed class SiloStorageGrain(
    StorageEngine engine, ShardStores stores, StorageMaintenance maintenance, SeriesDeletion deletion, RetentionPolicies retention)
    : Grain, ISiloStorageGrain
{
    public async ValueTask<StorageReport> GetStatus() => await Task.Run(() => StorageReports.Of(maintenance.Status(), this.GetPrimaryKeyString()));

    public async ValueTask<long> CountSeries(SeriesSelector selector, long fromMs, long toMs)
    {
        ThrowIfNotReady();
        return await RunAsync(() => deletion.CountAsync(selector, fromMs, toMs));
    }

    public async ValueTask<long> CountSeriesOf(string metricPattern, TagMatcher[] tags)
    {
        ThrowIfNotReady();
        return await RunAsync(() => deletion.CountPatternAsync(metricPattern, tags));
    }

    public async ValueTask<long> DeleteSeries(SeriesSelector selector, long fromMs, long toMs)
    {
        ThrowIfNotReady();
        return await RunAsync(() => deletion.DeleteAsync(selector, fromMs, toMs));
    }

    public async ValueTask Flush()
    {
        ThrowIfNotReady();
        await RunAsync(async () =>
        {
            await maintenance.SealAllAsync();
            return true;
        });
    }

    public async ValueTask<int> Recheck(string[] blocks)
    {
        var wanted = blocks.ToHashSet(StringComparer.Ordinal);
        var damaged = 0;
        foreach (var store in stores.Stores)
        {
            foreach (var block in store.Catalog.Blocks.Where(b => wanted.Contains(b.Name)))
            {
                damaged += await RunAsync(() => IsDamagedAsync(store.Shard, block)) ? 1 : 0;
            }
        }

        return damaged;
    }

    public async ValueTask RefreshRetention() => await RunAsync(async () =>
    {
        await retention.RefreshAsync();
        return true;
    });

    private async Task<bool> IsDamagedAsync(int shard, BlockInfo block)
    {
        string? problem;
        try
        {
            using var file = stores.Open(shard, block);
            var problems = await BlockReader.VerifyAsync(file, block.Name);
            problem = problems.Count == 0 ? null : string.Join("; ", problems);
        }
        catch (Exception e) when (e is BlockDamagedException or InvalidDataException or Core.ObjectStorage.ObjectNotFoundException)
        {
            problem = e.Message;
        }

        if (problem is null)
        {
            return false;
        }

        stores.ReportDamage(shard, block, problem);
        return true;
    }

    /// <exception cref="WriteUnavailableException">Disk or store failed, in a form that other silos and clients understand.</exception>
    private static async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await Task.Run(work);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ShardFencedException)
        {
            throw new WriteUnavailableException($"Storage cannot do that now: {e.Message}", e);
        }
    }

    private void ThrowIfNotReady()
    {
        if (engine.State != EngineState.Ready)
        {
            throw new SiloUnavailableException("The silo's storage is not open yet: its write-ahead log is being replayed.");
        }
    }
}
