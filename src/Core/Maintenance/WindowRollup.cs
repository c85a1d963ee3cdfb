using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Maintenance.Merging;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.Model;
using Metrics.Core.Rollups;

namespace Metrics.Core.Maintenance;

/// <summary>
/// The rows of one two-hour window, series by series. Rows that are there already are computed anew from all samples; where retention
/// has dropped the samples or rows that one was made from, which shows in that they are fewer than it counts, new samples are joined into it
/// instead. Not thread-safe.
/// </summary>
internal sealed class WindowRollup(RollupWindow window, RetentionPolicies retention, RawFeed feed)
{
    private const long MinuteMs = 60_000;
    private const long HourMs = 3_600_000;
    private const long DayMs = 86_400_000;

    private static readonly BlockInfo Made = new("", Resolution.Minute, 0, 0, 0, 0, 0, 0, 0, long.MaxValue, true, 0);

    private readonly RollupBuilder _minute = new(MinuteMs);
    private readonly RollupBuilder _hour = new(HourMs);

    private readonly RollupBuilder _day = new(DayMs);
    private readonly SeriesChunks _made = new();
    private readonly SeriesChunks _added = new();
    private readonly RowTable _madeRows = new();
    private readonly RowTable _addedRows = new();
    private readonly RowTable _oldMinutes = new();
    private readonly RowTable _oldHours = new();
    private readonly RowTable _oldDay = new();
    private readonly Dictionary<long, double> _counts = [];
    private readonly HashSet<long> _incomplete = [];
    private RollupBuilder? _minuteWithHour;

    /// <summary>Chunks of the series' samples in the window; filled by the caller, like the next three.</summary>
    public SeriesChunks Raw { get; } = new();

    public SeriesChunks Minutes { get; } = new();

    /// <summary>Of the window; of the whole day where there are rows of it.</summary>
    public SeriesChunks Hours { get; } = new();

    public SeriesChunks Day { get; } = new();

    public void Run(SeriesKey key, IReadOnlyList<Cut> cuts)
    {
        _oldMinutes.Load(Minutes, MinuteMs, cuts, window.FromMs, window.ToMs);
        _oldHours.Load(Hours, HourMs, cuts, window.DayMs, window.DayMs + DayMs);
        _oldDay.Load(Day, DayMs, cuts, window.DayMs, window.DayMs + DayMs);
        var keepMinutes = window.ToMs > retention.FloorMs(Resolution.Minute, key);
        var keepHours = !window.IsDayOver || window.ToMs > retention.FloorMs(Resolution.Hour, key);
        var late = _oldMinutes.Count + _oldDay.Count != 0 || _oldHours.IndexFrom(window.ToMs) > _oldHours.IndexFrom(window.FromMs);
        if (!late && keepHours && TryMakeTogether(key, cuts, keepMinutes))
        {
            return;
        }

        MakeMinutes(cuts);
        _madeRows.Load(_made, MinuteMs, [], window.FromMs, window.ToMs);
        if (keepMinutes)
        {
            Write(window.Minutes, key, _made);
        }

        if (late)
        {
            // What the new samples alone come to, for rows that can only be added to.
            _added.Clear();
            feed.AddTo(_minute, Raw, cuts, window.FromMs, window.ToMs, static b => !b.RolledUp);
            _minute.Finish((in ChunkMeta meta, ReadOnlySpan<byte> bytes) => _added.Add(meta, Made, bytes));
            _addedRows.Load(_added, MinuteMs, [], window.FromMs, window.ToMs);
        }

        if (keepHours)
        {
            MakeHours(key);
        }

        if (window.IsDayOver && window.DayMs + DayMs > retention.FloorMs(Resolution.Day, key))
        {
            MakeDay(key, late, keepHours);
        }
    }

    /// <summary>Whether a row counts what the finer data that it was made from still has.</summary>
    public static bool IsComplete(double row, double finer) => Math.Abs(row - finer) <= 1e-9 * Math.Max(row, finer);

    /// <summary>
    /// Where there are no rows yet, which is the rule: minutes, and hours of the same values, so that what was encoded of the minutes need not
    /// be decoded. The day is made from the hours later.
    /// </summary>
    /// <returns>False when distributions came after samples of the same minutes: nothing was made then.</returns>
    private bool TryMakeTogether(SeriesKey key, IReadOnlyList<Cut> cuts, bool keepMinutes)
    {
        _minuteWithHour ??= new RollupBuilder(MinuteMs, _hour);
        feed.AddTo(_minuteWithHour, Raw, cuts, window.FromMs, window.ToMs);
        _made.Clear();
        _minuteWithHour.Finish((in ChunkMeta meta, ReadOnlySpan<byte> bytes) => _made.Add(meta, Made, bytes));
        if (!_minuteWithHour.HasHandedOver)
        {
            _hour.Clear();
            return false;
        }

        if (keepMinutes)
        {
            Write(window.Minutes, key, _made);
        }

        WriteHours(key);
        return true;
    }

    private void MakeMinutes(IReadOnlyList<Cut> cuts)
    {
        _incomplete.Clear();
        if (_oldMinutes.Count != 0)
        {
            feed.CountRows(Raw, cuts, MinuteMs, window.FromMs, window.ToMs, static b => b.RolledUp, _counts);
            for (var i = 0; i < _oldMinutes.Count; i++)
            {
                if (!IsComplete(_oldMinutes[i].Count, _counts.GetValueOrDefault(_oldMinutes[i].StartMs)))
                {
                    _incomplete.Add(_oldMinutes[i].StartMs);
                }
            }
        }

        if (_incomplete.Count == 0)
        {
            feed.AddTo(_minute, Raw, cuts, window.FromMs, window.ToMs);
        }
        else
        {
            JoinMinutes(cuts);
        }

        _made.Clear();
        _minute.Finish((in ChunkMeta meta, ReadOnlySpan<byte> bytes) => _made.Add(meta, Made, bytes));
    }

    private void JoinMinutes(IReadOnlyList<Cut> cuts)
    {
        feed.AddMixed(_minute, Raw, cuts, MinuteMs, window.FromMs, window.ToMs, _incomplete);
        _added.Clear();
        _minute.Finish((in ChunkMeta meta, ReadOnlySpan<byte> bytes) => _added.Add(meta, Made, bytes));
        _addedRows.Load(_added, MinuteMs, [], window.FromMs, window.ToMs);
        var next = 0;
        for (var i = 0; i < _oldMinutes.Count; i++)
        {
            var start = _oldMinutes[i].StartMs;
            if (_incomplete.Contains(start))
            {
                var before = _addedRows.IndexFrom(start);
                _addedRows.AddTo(_minute, _added, MinuteMs, next, before);
                _oldMinutes.AddTo(_minute, Minutes, MinuteMs, i, i + 1);
                next = before;
            }
        }

        _addedRows.AddTo(_minute, _added, MinuteMs, next, _addedRows.Count);
    }

    private void MakeHours(SeriesKey key)
    {
        for (var start = window.FromMs; start < window.ToMs; start += HourMs)
        {
            var old = _oldHours.IndexFrom(start);
            if (old < _oldHours.Count && _oldHours[old].StartMs == start
                && !IsComplete(_oldHours[old].Count, _oldMinutes.CountBetween(start, start + HourMs)))
            {
                _oldHours.AddTo(_hour, Hours, HourMs, old, old + 1);
                _addedRows.AddTo(_hour, _added, MinuteMs, _addedRows.IndexFrom(start), _addedRows.IndexFrom(start + HourMs));
            }
            else
            {
                _madeRows.AddTo(_hour, _made, MinuteMs, _madeRows.IndexFrom(start), _madeRows.IndexFrom(start + HourMs));
            }
        }

        WriteHours(key);
    }

    private void WriteHours(SeriesKey key)
    {
        window.Hours.BeginSeries(key);
        _hour.Finish((in ChunkMeta meta, ReadOnlySpan<byte> bytes) => window.Hours.Add(meta, bytes));
    }

    /// <summary>Days are made from the hours when those are published, but where the hours are not there.</summary>
    private void MakeDay(SeriesKey key, bool late, bool keepHours)
    {
        if (_oldDay.Count != 0)
        {
            if (keepHours && IsComplete(_oldDay[0].Count, _oldHours.CountBetween(window.DayMs, window.DayMs + DayMs)))
            {
                return;
            }

            _oldDay.AddTo(_day, Day, DayMs, 0, 1);
        }
        else if (keepHours)
        {
            return;
        }

        var (rows, chunks) = late ? (_addedRows, _added) : (_madeRows, _made);
        rows.AddTo(_day, chunks, MinuteMs, 0, rows.Count);
        window.Days.BeginSeries(key);
        _day.Finish((in ChunkMeta meta, ReadOnlySpan<byte> bytes) => window.Days.Add(meta, bytes));
    }

    private static void Write(BlockOutput output, SeriesKey key, SeriesChunks chunks)
    {
        output.BeginSeries(key);
        for (var i = 0; i < chunks.Count; i++)
        {
            output.Add(chunks.Meta(i), chunks.Bytes(i));
        }
    }
}

/// <summary>A window that is rolled up, and the blocks that its rows go into.</summary>
/// <param name="FromMs">Its start.</param>
/// <param name="ToMs">Its end.</param>
/// <param name="DayMs">Start of its day.</param>
/// <param name="IsDayOver">Whether the day's rows are made too.</param>
/// <param name="Minutes">Rows of a minute.</param>
/// <param name="Hours">Rows of an hour.</param>
/// <param name="Days">Rows of a day.</param>
internal sealed record RollupWindow(
    long FromMs, long ToMs, long DayMs, bool IsDayOver, BlockOutput Minutes, BlockOutput Hours, BlockOutput Days);
