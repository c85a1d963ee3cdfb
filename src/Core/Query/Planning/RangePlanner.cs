using Metrics.Core.Blocks;
using Metrics.Core.Series;

namespace Metrics.Core.Query.Planning;

/// <summary>
/// Cuts a range before the hot border into stretches: the coarsest resolution that fits the interval and is there, finer ones at
/// unaligned ends and where data is not rolled up yet; where nothing that fits is left, whatever is.
/// </summary>
internal sealed class RangePlanner(CatalogLayout layout, long? intervalMs, RetentionSpans spans, long nowMs)
{
    private static readonly Resolution[] CoarsestFirst = [Resolution.Day, Resolution.Hour, Resolution.Minute];
    private static readonly Resolution[] FinestFirst = [Resolution.Minute, Resolution.Hour, Resolution.Day];

    /// <param name="fromMs">Inclusive.</param>
    /// <param name="toMs">Exclusive; at most the hot border.</param>
    /// <param name="notFromRollups">Windows that are read raw if raw data is left of them.</param>
    /// <returns>Ascending, without overlap; parts that nothing can be read of are left out.</returns>
    public List<Stretch> Plan(long fromMs, long toMs, IntervalSet notFromRollups)
    {
        var stretches = new List<Stretch>();
        var (oldestMs, newestMs) = notFromRollups.IsEmpty
            ? (layout.MinMs, layout.MaxMs)
            : (Math.Min(layout.MinMs, notFromRollups.Items[0].FromMs), Math.Max(layout.MaxMs, notFromRollups.Items[^1].ToMs - 1));
        if (oldestMs > newestMs)
        {
            return stretches;
        }

        // The ends of the data stand for the ends of time, day by day so that they cut no row.
        fromMs = Math.Max(fromMs, TimeAlign.Down(oldestMs, Resolution.Day.LengthMs()));
        toMs = Math.Min(toMs, TimeAlign.Up(newestMs + 1, Resolution.Day.LengthMs()));
        var rawFloor = FloorOf(Resolution.Raw);
        var raw = layout.Present(Resolution.Raw);

        // Where rollups have nothing either, what is to be read raw may be in memory only.
        var asked = notFromRollups.Subtract(RolledUp().Subtract(raw)).Intersect(rawFloor, long.MaxValue);
        var rawLeft = raw.Intersect(rawFloor, long.MaxValue).Union(asked);
        var dirty = layout.Dirty.Intersect(rawFloor, long.MaxValue).Union(asked);
        var left = IntervalSet.Of(fromMs, toMs);
        var taken = new IntervalSet[4];
        Array.Fill(taken, IntervalSet.Empty);
        foreach (var resolution in CoarsestFirst)
        {
            if (intervalMs is { } interval && interval % resolution.LengthMs() != 0)
            {
                continue;
            }

            var take = left
                .Intersect(FloorOf(resolution), long.MaxValue)
                .Subtract(dirty)
                .Subtract(NotThere(resolution))
                .AlignInward(resolution.LengthMs());
            if (resolution == Resolution.Minute)
            {
                take = WithoutEnds(take, left, rawLeft);
            }

            taken[(int)resolution] = take;
            left = left.Subtract(take);
        }

        taken[0] = left.Intersect(rawLeft);
        left = left.Subtract(taken[0]);
        var coarse = TakeWhatIsLeft(fromMs, toMs, left, taken);
        for (var i = 0; i < 4; i++)
        {
            Add(stretches, taken[i], (Resolution)i, isExact: true);
            Add(stretches, coarse[i], (Resolution)i, isExact: false);
        }

        stretches.Sort(static (a, b) => a.FromMs.CompareTo(b.FromMs));
        return stretches;
    }

    private static void Add(List<Stretch> stretches, IntervalSet parts, Resolution resolution, bool isExact)
    {
        foreach (var (from, to) in parts.Items)
        {
            stretches.Add(new Stretch(from, to, resolution, isExact));
        }
    }

    /// <summary>
    /// A bit of minutes next to a bit of raw data in one window: the raw chunk is decoded anyway, and is all that is needed.
    /// </summary>
    private static IntervalSet WithoutEnds(IntervalSet minutes, IntervalSet left, IntervalSet rawLeft)
    {
        var raw = left.Subtract(minutes).Intersect(rawLeft);
        if (raw.IsEmpty)
        {
            return minutes;
        }

        var drop = new List<(long, long)>();
        foreach (var (from, to) in minutes.Items)
        {
            if (to - from >= SeriesBuffer.WindowMs)
            {
                continue;
            }

            var (first, last) = (TimeAlign.Down(from, SeriesBuffer.WindowMs), TimeAlign.Up(to, SeriesBuffer.WindowMs));
            if (last - first == SeriesBuffer.WindowMs && raw.Overlaps(first, last) && rawLeft.Intersect(from, to) is { IsEmpty: false } there
                && there.Items[0] == (from, to))
            {
                drop.Add((from, to));
            }
        }

        return minutes.Subtract(IntervalSet.Union(drop));
    }

    /// <summary>
    /// Rows that do not fit, where there is nothing else. A row that reaches into what is there stands for all of its time, so that nothing counts twice.
    /// </summary>
    private IntervalSet[] TakeWhatIsLeft(long fromMs, long toMs, IntervalSet left, IntervalSet[] taken)
    {
        var coarse = new IntervalSet[4];
        Array.Fill(coarse, IntervalSet.Empty);
        foreach (var resolution in FinestFirst)
        {
            if (left.IsEmpty)
            {
                break;
            }

            // A row next to finer data of the same row has nothing more to tell: where there is none of that, there was none.
            var there = layout.Present(resolution)
                .Intersect(TimeAlign.Up(FloorOf(resolution), resolution.LengthMs()), long.MaxValue)
                .Subtract(FinerThan(resolution).AlignOutward(resolution.LengthMs()));
            var take = left.Intersect(there).AlignOutward(resolution.LengthMs()).Intersect(fromMs, toMs);
            if (take.IsEmpty)
            {
                continue;
            }

            for (var i = 0; i < 4; i++)
            {
                taken[i] = taken[i].Subtract(take);
                coarse[i] = coarse[i].Subtract(take);
            }

            coarse[(int)resolution] = take;
            left = left.Subtract(take);
        }

        return coarse;
    }

    /// <summary>Windows that have rollups: the finest, since those of longer rows reach over windows without any data.</summary>
    private IntervalSet RolledUp()
    {
        var minutes = layout.Present(Resolution.Minute).Union(layout.Present(Resolution.Hour));
        var days = layout.Present(Resolution.Day);
        return minutes.Union(days.Subtract(minutes.Union(layout.Present(Resolution.Raw)).AlignOutward(Resolution.Day.LengthMs())));
    }

    /// <summary>Windows that finer data is kept of.</summary>
    private IntervalSet FinerThan(Resolution resolution)
    {
        var finer = IntervalSet.Empty;
        for (var r = Resolution.Raw; r < resolution; r++)
        {
            finer = finer.Union(layout.Present(r).Intersect(FloorOf(r), long.MaxValue));
        }

        return finer;
    }

    /// <summary>Windows that finer data is there of and this resolution is not, or not whole.</summary>
    private IntervalSet NotThere(Resolution resolution)
    {
        var finer = layout.Present(Resolution.Raw);
        for (var r = Resolution.Minute; r < resolution; r++)
        {
            finer = finer.Union(layout.Present(r));
        }

        var missing = finer.Subtract(layout.Present(resolution)).Union(layout.DamagedAt(resolution));
        return resolution == Resolution.Day ? missing.Union(layout.StaleDays) : missing;
    }

    /// <summary>
    /// The oldest millisecond of a resolution that is kept. Where a coarser one goes on from there, its rows must not reach over the seam.
    /// </summary>
    private long FloorOf(Resolution resolution)
    {
        var floor = spans.FloorMs(resolution, nowMs);
        if (floor == long.MinValue)
        {
            return floor;
        }

        for (var coarser = resolution + 1; coarser <= Resolution.Day; coarser++)
        {
            if (spans.FloorMs(coarser, nowMs) >= floor)
            {
                continue;
            }

            var present = layout.Present(coarser);
            if (present.Overlaps(TimeAlign.Down(floor, coarser.LengthMs()), floor))
            {
                return TimeAlign.Up(floor, coarser.LengthMs());
            }

            // It goes on from there and has nothing right before the seam: then nor have the rows that are made of it, whatever their day has later.
            if (present.Overlaps(TimeAlign.Down(floor, Resolution.Day.LengthMs()), TimeAlign.Up(floor, Resolution.Day.LengthMs())))
            {
                return floor;
            }
        }

        return floor;
    }
}
