using System.Runtime.InteropServices;
using Metrics.Core.Sketches;

namespace Metrics.Core.Rollups;

/// <summary>Reduces one series' samples, in ascending time, to the rows of one resolution. Reused from series to series; not thread-safe.</summary>
public sealed class RollupBuilder
{
    private readonly long _lengthMs;
    private readonly List<FinishedRow> _rows = [];
    private readonly OpenRow _open = new();
    private readonly RollupChunkWriter _writer;
    private readonly double[] _means = new double[RankScheme.MaxGroups];
    private double[] _arena = new double[1024];
    private int _arenaUsed;
    private readonly RollupBuilder? _coarser;
    private int _openIndex = -1;
    private long _openEndMs;
    private bool _wasReopened;

    /// <param name="lengthMs">Length of a row; rows are aligned to the epoch.</param>
    /// <param name="coarser">
    /// Is given every row when it is complete, with its values: better and cheaper than to decode what was encoded of it. See
    /// <see cref="HasHandedOver"/>. It is finished by the caller, after this one.
    /// </param>
    public RollupBuilder(long lengthMs, RollupBuilder? coarser = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lengthMs);
        ArgumentOutOfRangeException.ThrowIfNotEqual((coarser?._lengthMs ?? lengthMs) % lengthMs, 0, nameof(coarser));
        _lengthMs = lengthMs;
        _coarser = coarser;
        _writer = new RollupChunkWriter(lengthMs);
    }

    /// <summary>Rows so far.</summary>
    public int Count => _rows.Count;

    /// <summary>
    /// Whether the coarser builder has exactly the rows that <see cref="Finish"/> gave last: not where rows were added to again after they
    /// were complete.
    /// </summary>
    public bool HasHandedOver { get; private set; }

    /// <summary>Forgets the rows.</summary>
    public void Clear()
    {
        _rows.Clear();
        _arenaUsed = 0;
        _openIndex = -1;
        _wasReopened = false;
    }

    /// <summary>Samples, ascending; after all before, or else they are joined with the rows that are there. NaNs are no values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A timestamp is next to the ends of what 64 bits hold.</exception>
    public void Add(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values)
    {
        var i = 0;
        while (i < timestampsMs.Length)
        {
            if (double.IsNaN(values[i]))
            {
                i++;
                continue;
            }

            Open(timestampsMs[i]);
            var end = i + 1;
            while (end < timestampsMs.Length && timestampsMs[end] < _openEndMs)
            {
                end++;
            }

            if (timestampsMs[i] > _open.Figures.Row.LastMs)
            {
                _open.AddSamples(timestampsMs[i..end], values[i..end]);
            }
            else
            {
                _open.AddLate(timestampsMs[i..end], values[i..end]);
            }

            i = end;
        }
    }

    /// <summary>A distribution, in whatever order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The timestamp is next to the ends of what 64 bits hold.</exception>
    public void Add(long timestampMs, TDigest distribution)
    {
        ArgumentNullException.ThrowIfNull(distribution);
        if (distribution.Count > 0)
        {
            Open(timestampMs);
            _open.AddDistribution(timestampMs, distribution);
        }
    }

    /// <summary>A row of a finer resolution with its distribution, ascending; or one of the same resolution to be joined with what is there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Its start is next to the ends of what 64 bits hold.</exception>
    /// <exception cref="InvalidDataException">The distribution cannot be read.</exception>
    public void Add(in RollupRow row, ref RollupReader distribution, int index)
    {
        Open(row.StartMs);
        Span<double> points = stackalloc double[RollupFormat.MaxPoints];
        distribution.Read(index, out var figures, points);
        if (!figures.IsPoints)
        {
            _open.AddFigures(figures);
            Span<double> values = stackalloc double[RollupReader.MaxWeights];
            Span<double> weights = stackalloc double[RollupReader.MaxWeights];
            var count = distribution.Expand(figures, values, weights);
            _open.AddWeights(values[..count], weights[..count]);
            return;
        }

        points = points[..(int)figures.Row.Count];
        if (_open.IsEmpty || figures.Row.StartMs > _open.Figures.Row.LastMs)
        {
            _open.AddPoints(points, figures.Row.LastMs);
            return;
        }

        _open.AddFigures(figures);
        foreach (var point in points)
        {
            _open.AddValue(point);
        }
    }

    /// <summary>Encodes the rows as one or more chunks and forgets them.</summary>
    /// <param name="onChunk">Called with what a block needs to know and the bytes.</param>
    public void Finish(RollupChunkHandler onChunk)
    {
        ArgumentNullException.ThrowIfNull(onChunk);
        Close();
        HasHandedOver = _coarser is not null && !_wasReopened;
        try
        {
            _writer.Write(CollectionsMarshal.AsSpan(_rows), _arena, onChunk);
        }
        finally
        {
            Clear();
        }
    }

    /// <summary>Makes the row that has a timestamp the open one.</summary>
    private void Open(long timestampMs)
    {
        if (_openIndex >= 0 && timestampMs < _openEndMs && timestampMs >= _openEndMs - _lengthMs)
        {
            return;
        }

        var bucket = RollupFormat.BucketOf(timestampMs, _lengthMs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Abs(bucket), RollupFormat.MaxBucket(_lengthMs), nameof(timestampMs));
        Close();
        var startMs = bucket * _lengthMs;
        var at = _rows.Count;
        if (at > 0 && _rows[at - 1].Figures.Row.StartMs >= startMs)
        {
            at = Find(startMs);
            _wasReopened = true;
        }

        if (at < _rows.Count && _rows[at].Figures.Row.StartMs == startMs)
        {
            var row = _rows[at];
            _open.Resume(row.Figures, row.Points(_arena), row.Means(_arena));
        }
        else
        {
            _open.Begin(startMs);
            _rows.Insert(at, default);
        }

        (_openIndex, _openEndMs) = (at, startMs + _lengthMs);
    }

    private void Close()
    {
        if (_openIndex < 0)
        {
            return;
        }

        var groups = _open.Finish(_means);
        var points = _open.Points;
        var stored = points.IsEmpty ? _means.AsSpan(0, groups) : points;
        if (_arenaUsed + stored.Length > _arena.Length)
        {
            Array.Resize(ref _arena, Math.Max(2 * _arena.Length, _arenaUsed + stored.Length));
        }

        stored.CopyTo(_arena.AsSpan(_arenaUsed));
        _rows[_openIndex] = new FinishedRow(_open.Figures, _arenaUsed, points.Length, groups);
        _arenaUsed += stored.Length;
        _openIndex = -1;
        if (_coarser is not null && !_wasReopened)
        {
            _coarser.Open(_open.Figures.Row.StartMs);
            _coarser._open.AddRow(_open);
        }
    }

    /// <summary>The first row that starts at or after.</summary>
    private int Find(long startMs)
    {
        var (low, high) = (0, _rows.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_rows[middle].Figures.Row.StartMs < startMs)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
