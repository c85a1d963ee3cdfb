using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Files;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Metrics.Core.Maintenance;

/// <summary>What all jobs go by.</summary>
public sealed class MaintenanceContext(
    StorageEngine engine,
    ShardStores shards,
    IFileSystem files,
    RetentionPolicies retention,
    IOptions<BlocksOptions> blockOptions,
    IOptions<MaintenanceOptions> options,
    MaintenanceInstruments instruments,
    TimeProvider time,
    ILogger<StorageMaintenance> logger)
{
    public StorageEngine Engine => engine;

    public ShardStores Shards => shards;

    public IFileSystem Files => files;

    public RetentionPolicies Retention => retention;

    public BlocksOptions BlockOptions { get; } = blockOptions.Value;

    public MaintenanceOptions Options { get; } = options.Value;

    public MaintenanceInstruments Instruments => instruments;

    public TimeProvider Time => time;

    public ILogger Logger => logger;

    public long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Windows that end at or before it are over.</summary>
    public long SealBorderMs => Series.SeriesBuffer.WindowOf(NowMs - (long)BlockOptions.SealDelay.TotalMilliseconds);

    /// <summary>
    /// Makes a change durable. Files of blocks that were refused are deleted; after another failure they stay, since the change may still
    /// turn out to have happened when the process starts the next time.
    /// </summary>
    internal static async Task ApplyAsync(ShardWork work, CatalogChange change, IEnumerable<BlockOutput> outputs, CancellationToken cancellation)
    {
        try
        {
            await work.Store.ApplyAsync(change, cancellation);
        }
        catch (Exception e) when (e is not (SpoolFullException or ShardFencedException or OperationCanceledException))
        {
            Keep(outputs);
            throw;
        }

        Keep(outputs);

        static void Keep(IEnumerable<BlockOutput> outputs)
        {
            foreach (var output in outputs)
            {
                output.Keep();
            }
        }
    }

    /// <summary>Takes a damaged block out of the catalog's list; what it holds is missing from answers from then on.</summary>
    internal void SetAside(ShardWork work, BlockDamagedException damage)
    {
        if (work.Store.Catalog.Blocks.FirstOrDefault(b => b.Name == damage.Block) is { } block)
        {
            shards.ReportDamage(work.Shard.Number, block, damage.Message);
        }
    }
}
