using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Series;

namespace Metrics.Core.Maintenance;

/// <summary>Which blocks are merged next.</summary>
internal static class CompactionPlan
{
    private const long DayMs = 86_400_000;
    private const long MonthMs = 30 * DayMs;
    private const long QuietMs = 10 * 60_000;
    private const long LateMs = 60 * 60_000;

    /// <summary>Blocks of one window that are merged however new they are: a reader opens all of them.</summary>
    private const int ManyInWindow = 4;

    /// <summary>Blocks of a period that is still filled, by a backfill, that are merged all the same.</summary>
    private const int ManyInPeriod = 24;

    public static Stretch? Next(ShardWork work, long nowMs)
    {
        var catalog = work.Store.Catalog;
        foreach (var resolution in Resolutions.All)
        {
            var blocks = catalog.Blocks.Where(b => b.Resolution == resolution).ToList();
            long[] lengths = resolution is Resolution.Hour or Resolution.Day ? [MonthMs, DayMs, SeriesBuffer.WindowMs] : [DayMs, SeriesBuffer.WindowMs];
            foreach (var length in lengths)
            {
                foreach (var period in blocks.GroupBy(b => RawFeed.StartOf(b.FromMs, length)))
                {
                    if (IsDue(work, catalog, [.. period], new Stretch(resolution, period.Key, period.Key + length), nowMs))
                    {
                        return new Stretch(resolution, period.Key, period.Key + length);
                    }
                }
            }
        }

        return null;
    }

    /// <summary>How many pieces there are to do, at most as many as are worth counting.</summary>
    public static int Pending(ShardWork work, long nowMs) => Next(work, nowMs) is null ? 0 : 1;

    private static bool IsDue(ShardWork work, ShardCatalog catalog, List<BlockInfo> blocks, Stretch stretch, long nowMs)
    {
        var length = stretch.ToMs - stretch.FromMs;
        if (blocks.Count < 2 || stretch.IsTouchedBy(catalog.Tombstones) || blocks.Exists(b => b.ToMs > stretch.ToMs || (b.Resolution == Resolution.Raw && !b.RolledUp)))
        {
            return false;
        }

        if (length == SeriesBuffer.WindowMs)
        {
            return blocks.Count >= ManyInWindow;
        }

        if (work.SealedUpToMs < stretch.ToMs
            || (stretch.Resolution == Resolution.Raw && HasFresh(catalog, stretch))
            || (stretch.Resolution == Resolution.Hour && Roller.HasPendingHours(work, catalog, stretch.FromMs, stretch.ToMs))
            || (stretch.Resolution == Resolution.Day && HasPendingHoursOfDays(work, catalog, stretch)))
        {
            return false;
        }

        // What came after the period had its block waits for company, so that a dribble does not rewrite the period each time.
        var whole = blocks.FindIndex(b => b.ToMs - b.FromMs == length);
        if (whole >= 0)
        {
            var late = blocks.Where((_, i) => i != whole).ToList();
            var patience = length == MonthMs ? 24 * LateMs : LateMs;
            return late.Count >= (length == MonthMs ? 4 * ManyInWindow : ManyInWindow) || late.Min(static b => b.CreatedAtMs) <= nowMs - patience;
        }

        return blocks.Count >= ManyInPeriod * (length / DayMs) || blocks.Max(static b => b.CreatedAtMs) <= nowMs - QuietMs;
    }

    private static bool HasFresh(ShardCatalog catalog, Stretch stretch) => catalog.Blocks.Any(b =>
        b is { Resolution: Resolution.Raw, RolledUp: false } && b.FromMs < stretch.ToMs && b.ToMs > stretch.FromMs);

    /// <summary>A merged block of days is newer than the hours, which would look as if they were in it.</summary>
    private static bool HasPendingHoursOfDays(ShardWork work, ShardCatalog catalog, Stretch stretch) =>
        Roller.HasPendingHours(work, catalog, stretch.FromMs, stretch.ToMs);
}
