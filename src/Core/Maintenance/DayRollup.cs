using Metrics.Core.Blocks;
using Metrics.Core.Maintenance.Merging;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.Model;
using Metrics.Core.Rollups;

namespace Metrics.Core.Maintenance;

/// <summary>The row of one day, series by series, of all its hours. Not thread-safe.</summary>
internal sealed class DayRollup(long dayMs, BlockOutput output, HashSet<string> pending, OpenBlocks samples, RetentionPolicies retention)
{
    private const long HourMs = 3_600_000;
    private const long DayMs = 86_400_000;

    private readonly RollupBuilder _day = new(DayMs);
    private readonly CutRows _cutHours = new(HourMs, samples);
    private readonly RowTable _rows = new();
    private readonly RowTable _before = new();
    private readonly RowTable _old = new();
    private readonly List<int> _order = [];

    /// <summary>Of the day; filled by the caller, like the next one.</summary>
    public SeriesChunks Hours { get; } = new();

    public SeriesChunks Day { get; } = new();

    public async ValueTask RunAsync(SeriesKey key, IReadOnlyList<Cut> cuts, CancellationToken cancellation)
    {
        if (dayMs + DayMs <= retention.FloorMs(Resolution.Day, key))
        {
            return;
        }

        _old.Load(Day, DayMs, cuts, dayMs, dayMs + DayMs);
        if (_old.Count != 0)
        {
            Hours.Sort(ChunkKind.Rollup, _order, b => !pending.Contains(b.Name));
            _before.Load(Hours, _order, HourMs, cuts, dayMs, dayMs + DayMs);
            if (!WindowRollup.IsComplete(_old[0].Count, _before.CountBetween(dayMs, dayMs + DayMs)))
            {
                // Made of hours that are gone: what is new was joined into it when the hours were made.
                return;
            }
        }

        _rows.Load(Hours, HourMs, cuts, dayMs, dayMs + DayMs);
        await _cutHours.MakeAsync(key, Hours, cuts, cancellation);
        _cutHours.AddWith(_rows, Hours, _day);
        output.BeginSeries(key);
        _day.Finish((in ChunkMeta meta, ReadOnlySpan<byte> bytes) => output.Add(meta, bytes));
    }
}
