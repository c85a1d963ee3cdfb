using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Maintenance.Merging;
using Microsoft.Extensions.Logging;

namespace Metrics.Core.Maintenance.Retention;

/// <summary>Deletes blocks that hold nothing within its policy, and rewrites those that hold series that are not.</summary>
internal sealed partial class Expiry(MaintenanceContext context, Compactor compactor)
{
    private readonly ILogger _logger = context.Logger;

    /// <summary>Does one piece of what there is to do.</summary>
    /// <returns>Whether there was anything.</returns>
    public async Task<bool> RunAsync(ShardWork work, CancellationToken cancellation)
    {
        var catalog = work.Store.Catalog;
        var gone = new List<BlockInfo>();
        BlockInfo? mixed = null;
        foreach (var block in catalog.Blocks)
        {
            if (!MayGo(work, catalog, block))
            {
                continue;
            }

            if (block.MaxMs < context.Retention.LowestFloorMs(block.Resolution))
            {
                gone.Add(block);
            }
            else if (!context.Retention.AreUniform && block.MaxMs < context.Retention.HighestFloorMs(block.Resolution))
            {
                var (expired, series) = await CountExpiredAsync(work, block, cancellation);
                if (expired == series)
                {
                    gone.Add(block);
                }
                else if (expired != 0)
                {
                    mixed ??= block;
                }
            }
        }

        if (gone.Count != 0)
        {
            await work.Store.ApplyAsync(CatalogChange.Of("retention") with { Remove = [.. gone.Select(static b => b.Name)] }, cancellation);
            foreach (var block in gone)
            {
                LogDeleted(block.Name, block.Series, block.Samples, block.Bytes);
                work.Progress += block.Samples;
            }

            return true;
        }

        if (mixed is not null && Deletions.Around(catalog, mixed) is var stretch && !stretch.IsTouchedBy(catalog.Tombstones))
        {
            await compactor.RewriteAsync(work, stretch, "retention", Compactor.NoTombstones, cancellation);
            LogRewritten(mixed.Name);
            return true;
        }

        return false;
    }

    /// <summary>Samples leave when their rows are in the catalog, which is published in order; hours when their days are.</summary>
    private static bool MayGo(ShardWork work, ShardCatalog catalog, BlockInfo block) => block.Resolution switch
    {
        Resolution.Raw => block.RolledUp,
        Resolution.Hour => !Roller.HasPendingHours(work, catalog, block.FromMs, block.ToMs),
        _ => true,
    };

    private async Task<(int Expired, int Series)> CountExpiredAsync(ShardWork work, BlockInfo info, CancellationToken cancellation)
    {
        // Looked at again when the first of its series may have expired, or when policies have changed.
        if (work.NextExpiry.TryGetValue(info.Name, out var next) && next.Rules == context.Retention.Version && context.NowMs <= next.AtMs)
        {
            return (0, 1);
        }

        using var block = await OpenBlock.OpenAsync(context.Shards, work.Shard.Number, info, cancellation);
        var expired = 0;
        var soonest = long.MaxValue;
        for (var row = 0; row < block.Reader.SeriesCount; row++)
        {
            var key = block.Reader.KeyOf(row);
            var kept = (long)context.Retention.KeptFor(info.Resolution, key.Metric, key.Tags).TotalMilliseconds;
            if (info.MaxMs < context.NowMs - kept)
            {
                expired++;
            }
            else
            {
                soonest = Math.Min(soonest, info.MaxMs + kept);
            }
        }

        if (expired == 0)
        {
            if (work.NextExpiry.Count > 100_000)
            {
                work.NextExpiry.Clear();
            }

            work.NextExpiry[info.Name] = (context.Retention.Version, soonest);
        }

        return (expired, block.Reader.SeriesCount);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Retention deletes {Block}: {Series} series, {Samples} samples, {Bytes} bytes")]
    private partial void LogDeleted(string block, int series, long samples, long bytes);

    [LoggerMessage(Level = LogLevel.Information, Message = "Retention takes series out of {Block} whose policy is shorter")]
    private partial void LogRewritten(string block);
}
