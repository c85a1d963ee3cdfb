using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Maintenance.Merging;
using Metrics.Core.Series;

namespace Metrics.Core.Maintenance;

/// <summary>Makes rows of a minute and an hour of raw blocks, and rows of a day of the hours of days that are over.</summary>
internal sealed class Roller(MaintenanceContext context)
{
    private const long DayMs = 86_400_000;

    private readonly RawFeed _feed = new();

    /// <summary>Does one piece of what there is to do.</summary>
    /// <returns>Whether there was anything.</returns>
    public async Task<bool> RunAsync(ShardWork work, CancellationToken cancellation)
    {
        var catalog = work.Store.Catalog;
        var window = catalog.Blocks.FirstOrDefault(static b => b is { Resolution: Resolution.Raw, RolledUp: false });
        var hours = NextDay(work, catalog);
        if (window is null)
        {
            return hours is { } ready && await RollUpDayAsync(work, ready, cancellation);
        }

        var day = RawFeed.StartOf(window.FromMs, DayMs);

        // A block of day rows says that all hours from before it are in it, so those go first.
        if (HasPendingHours(work, catalog, day) && IsDayOver(work, day) && catalog.Blocks.Any(b => b.Resolution == Resolution.Day && Overlaps(b, day, day + DayMs)))
        {
            return await RollUpDayAsync(work, day, cancellation);
        }

        await RollUpWindowAsync(work, window.FromMs, window.ToMs, cancellation);
        return true;
    }

    /// <summary>Raw blocks, and hour blocks of days that are over, whose rows are not made yet.</summary>
    public static int Pending(ShardWork work)
    {
        var catalog = work.Store.Catalog;
        return catalog.Blocks.Count(static b => b is { Resolution: Resolution.Raw, RolledUp: false }) + (NextDay(work, catalog) is null ? 0 : 1);
    }

    /// <summary>Whether hours of a stretch wait to become days: they must not be merged or dropped before.</summary>
    public static bool HasPendingHours(ShardWork work, ShardCatalog catalog, long fromMs, long toMs)
    {
        for (var day = RawFeed.StartOf(fromMs, DayMs); day < toMs; day += DayMs)
        {
            if (HasPendingHours(work, catalog, day))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasPendingHours(ShardWork work, ShardCatalog catalog, long day) => PendingHours(work, catalog, day).Any();

    private static long? NextDay(ShardWork work, ShardCatalog catalog)
    {
        long? last = null;
        foreach (var block in catalog.Blocks)
        {
            if (block.Resolution == Resolution.Hour && block.ToMs - block.FromMs == SeriesBuffer.WindowMs)
            {
                var day = RawFeed.StartOf(block.FromMs, DayMs);
                if (day != last && IsDayOver(work, day) && HasPendingHours(work, catalog, day)
                    && !catalog.Blocks.Any(b => b is { Resolution: Resolution.Raw, RolledUp: false } && Overlaps(b, day, day + DayMs)))
                {
                    return day;
                }

                last = day;
            }
        }

        return null;
    }

    private static bool IsDayOver(ShardWork work, long day) => work.SealedUpToMs >= day + DayMs;

    private static IEnumerable<BlockInfo> PendingHours(ShardWork work, ShardCatalog catalog, long day)
    {
        var newest = catalog.Blocks.Where(b => b.Resolution == Resolution.Day && Overlaps(b, day, day + DayMs))
            .Select(static b => b.Sequence).DefaultIfEmpty(0).Max();

        // Only what was merged already is longer, and that is done with.
        return catalog.Blocks.Where(b => b.Resolution == Resolution.Hour && b.ToMs - b.FromMs == SeriesBuffer.WindowMs
            && b.FromMs >= day && b.ToMs <= day + DayMs && b.Sequence > newest && !work.WithoutDay.Contains(b.Name));
    }

    private static bool Overlaps(BlockInfo block, long fromMs, long toMs) => block.FromMs < toMs && block.ToMs > fromMs;

    private static IEnumerable<BlockInfo> In(ShardCatalog catalog, Resolution resolution, long fromMs, long toMs) =>
        catalog.Blocks.Where(b => b.Resolution == resolution && Overlaps(b, fromMs, toMs));

    private async Task RollUpWindowAsync(ShardWork work, long fromMs, long toMs, CancellationToken cancellation)
    {
        var (catalog, sequences) = await work.SnapshotAsync(3, cancellation);
        var day = RawFeed.StartOf(fromMs, DayMs);
        var fresh = In(catalog, Resolution.Raw, fromMs, toMs).Where(static b => !b.RolledUp).ToList();
        var hasDays = In(catalog, Resolution.Day, day, day + DayMs).Any();

        // The day's number is the lowest: hours that come with it are newer than it and still to be added up.
        using var days = new BlockOutput(context.Files, work.Store, Resolution.Day, day, day + DayMs, sequences[0]);
        using var minutes = new BlockOutput(context.Files, work.Store, Resolution.Minute, fromMs, toMs, sequences[1]);
        using var hours = new BlockOutput(context.Files, work.Store, Resolution.Hour, fromMs, toMs, sequences[2]);
        var rollup = new WindowRollup(new RollupWindow(fromMs, toMs, day, IsDayOver(work, day), minutes, hours, days), context.Retention, _feed);
        var cuts = new Cuts(catalog.Tombstones, day, day + DayMs);
        using var series = await SeriesMerge.OpenAsync(context.Shards, work.Shard.Number, fresh, fromMs, toMs, cancellation);
        using var raw = await OpenBlocks.OpenAsync(context, work, In(catalog, Resolution.Raw, fromMs, toMs).Where(static b => b.RolledUp), cancellation);
        using var oldMinutes = await OpenBlocks.OpenAsync(context, work, In(catalog, Resolution.Minute, fromMs, toMs), cancellation);
        using var oldHours = await OpenBlocks.OpenAsync(
            context, work, hasDays ? In(catalog, Resolution.Hour, day, day + DayMs) : In(catalog, Resolution.Hour, fromMs, toMs), cancellation);
        using var oldDays = await OpenBlocks.OpenAsync(context, work, In(catalog, Resolution.Day, day, day + DayMs), cancellation);
        while (await series.MoveNextAsync(cancellation))
        {
            var key = series.Key;
            rollup.Raw.Clear();
            await series.LoadAsync(rollup.Raw, cancellation);
            await raw.LoadAsync(key.Id, fromMs, toMs, rollup.Raw, cancellation);
            await oldMinutes.ReplaceAsync(key.Id, fromMs, toMs, rollup.Minutes, cancellation);
            await oldHours.ReplaceAsync(key.Id, day, day + DayMs, rollup.Hours, cancellation);
            await oldDays.ReplaceAsync(key.Id, day, day + DayMs, rollup.Day, cancellation);
            rollup.Run(key, cuts.Of(key));
        }

        var outputs = new[] { days, minutes, hours };
        var added = outputs.Select(o => o.Finish(rolledUp: false, context.NowMs)).OfType<NewBlock>().ToList();
        var change = CatalogChange.Of("rolled up") with { Add = added, RolledUp = [.. fresh.Select(static b => b.Name)] };
        await MaintenanceContext.ApplyAsync(work, change, outputs, cancellation);
        work.Progress += fresh.Sum(static b => b.Samples);
    }

    private async Task<bool> RollUpDayAsync(ShardWork work, long day, CancellationToken cancellation)
    {
        var (catalog, sequences) = await work.SnapshotAsync(1, cancellation);
        var pending = PendingHours(work, catalog, day).ToList();
        var names = pending.Select(static b => b.Name).ToHashSet(StringComparer.Ordinal);
        using var days = new BlockOutput(context.Files, work.Store, Resolution.Day, day, day + DayMs, sequences[0]);
        var cuts = new Cuts(catalog.Tombstones, day, day + DayMs);
        using var samples = await OpenBlocks.OpenSamplesAsync(context, work, catalog, day, day + DayMs, cuts, cancellation);
        var rollup = new DayRollup(day, days, names, samples, context.Retention);
        using var series = await SeriesMerge.OpenAsync(context.Shards, work.Shard.Number, pending, day, day + DayMs, cancellation);
        using var others = await OpenBlocks.OpenAsync(
            context, work, In(catalog, Resolution.Hour, day, day + DayMs).Where(b => !names.Contains(b.Name)), cancellation);
        using var old = await OpenBlocks.OpenAsync(context, work, In(catalog, Resolution.Day, day, day + DayMs), cancellation);
        while (await series.MoveNextAsync(cancellation))
        {
            var key = series.Key;
            rollup.Hours.Clear();
            await series.LoadAsync(rollup.Hours, cancellation);
            await others.LoadAsync(key.Id, day, day + DayMs, rollup.Hours, cancellation);
            await old.ReplaceAsync(key.Id, day, day + DayMs, rollup.Day, cancellation);
            await rollup.RunAsync(key, cuts.Of(key), cancellation);
        }

        if (days.Finish(rolledUp: false, context.NowMs) is not { } added)
        {
            work.WithoutDay.UnionWith(names);
            return true;
        }

        await MaintenanceContext.ApplyAsync(work, CatalogChange.Of("rolled up") with { Add = [added] }, [days], cancellation);
        work.Progress += pending.Sum(static b => b.Samples);
        return true;
    }
}
