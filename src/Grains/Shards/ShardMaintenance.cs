using Metrics.Core.Catalog;
using Metrics.Core.Maintenance;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Storage;
using Metrics.Grains.Placement;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Metrics.Grains.Shards;

/// <summary>Runs storage maintenance for the shards that this silo owns, and takes them over in the object store when they become its own.</summary>
internal sealed partial class ShardMaintenance(
    StorageEngine engine,
    ShardStores stores,
    StorageMaintenance maintenance,
    RetentionPolicies retention,
    ShardOwnership ownership,
    TimeProvider time,
    ILogger<ShardMaintenance> logger) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(Tick, time);
            while (engine.State != EngineState.Ready || ownership.Map.IsEmpty)
            {
                await timer.WaitForNextTickAsync(stoppingToken);
            }

            stores.Start([.. Owned()]);
            await Task.WhenAll(maintenance.RunAsync(stoppingToken), FollowAsync(timer, stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Also when the start of something else failed, which the host would otherwise report as a failure of this.
            return;
        }
    }

    private IEnumerable<int> Owned() => Enumerable.Range(0, engine.Shards.Count).Where(ownership.Map.IsLocal);

    /// <summary>Shards that come to this silo, and policies that another one sets.</summary>
    private async Task FollowAsync(PeriodicTimer timer, CancellationToken stopping)
    {
        var owned = Owned().ToHashSet();
        var refreshed = time.GetTimestamp();
        await TryAsync(() => retention.RefreshAsync(stopping), stopping);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            var now = Owned().ToHashSet();
            foreach (var shard in now.Where(s => !owned.Contains(s)))
            {
                await TryAsync(() => stores.AcquireAsync(shard, stopping), stopping);
            }

            owned = now;
            if (time.GetElapsedTime(refreshed) >= RefreshInterval)
            {
                refreshed = time.GetTimestamp();
                await TryAsync(() => retention.RefreshAsync(stopping), stopping);
            }
        }
    }

    private async Task TryAsync(Func<Task> run, CancellationToken stopping)
    {
        try
        {
            await run();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && !stopping.IsCancellationRequested)
        {
            // Taking over goes on being tried in the background, policies with the next round.
            LogFailed(e is ObjectStoreUnavailableException ? null : e, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The object store did not do what was asked and is asked again: {Problem}")]
    private partial void LogFailed(Exception? exception, string problem);
}
