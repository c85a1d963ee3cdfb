using Metrics.Core.Sketches;

namespace Metrics.Core.Rollups;

/// <summary>The row that is being added to: figures so far, and finite values with weights that are not yet divided into groups.</summary>
internal sealed class OpenRow
{
    private readonly RowValues _values = new();
    private readonly double[] _points = new double[RollupFormat.MaxPoints];
    private double _falls;
    private double _steps;

    /// <summary>Kind is not known yet; the rest is.</summary>
    public RowFigures Figures;

    public bool IsEmpty => Figures.Row.Count == 0;

    /// <summary>Values in order of time, while they are few and known.</summary>
    public ReadOnlySpan<double> Points => IsPoints ? _points.AsSpan(0, (int)Figures.Row.Count) : default;

    private bool IsPoints { get; set; }

    public void Begin(long startMs)
    {
        _values.Clear();
        (_falls, _steps) = (0, 0);
        IsPoints = true;
        Figures = new RowFigures
        {
            FiniteMin = double.PositiveInfinity,
            FiniteMax = double.NegativeInfinity,
            Row = new RollupRow { StartMs = startMs, Min = double.PositiveInfinity, Max = double.NegativeInfinity, LastMs = long.MinValue },
        };
    }

    /// <summary>Takes a row back that was finished.</summary>
    /// <param name="figures">As they were.</param>
    /// <param name="points">Its values in order of time, if it has them.</param>
    /// <param name="means">Else those of its groups; none where all values are equal.</param>
    public void Resume(in RowFigures figures, ReadOnlySpan<double> points, ReadOnlySpan<double> means)
    {
        Begin(figures.Row.StartMs);
        if (!points.IsEmpty)
        {
            AddPoints(points, figures.Row.LastMs);
            return;
        }

        AddFigures(figures);
        _values.Weigh();
        if (means.IsEmpty)
        {
            AddEqual(figures);
            return;
        }

        var scheme = RankScheme.For(figures.FiniteCount);
        for (var i = 0; i < means.Length; i++)
        {
            Push(means[i], scheme.WeightOf(i));
        }
    }

    /// <summary>The finite values, all equal, behind figures that were added.</summary>
    public void AddEqual(in RowFigures figures)
    {
        if (figures.FiniteCount > 0)
        {
            Push(figures.FiniteMin, figures.FiniteCount);
        }
    }

    /// <summary>Values in order of time, after all before.</summary>
    public void AddSamples(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values)
    {
        if (TryAddFinite(timestampsMs, values))
        {
            return;
        }

        ref var row = ref Figures.Row;
        var room = _values.Reserve(values.Length);
        double sum = 0, increase = row.Increase, previous = row.Last, falls = 0, finiteMin = Figures.FiniteMin, finiteMax = Figures.FiniteMax;
        var count = 0;
        var finite = 0;
        var last = -1;
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            if (double.IsNaN(value))
            {
                continue;
            }

            if (row.Count + count == 0)
            {
                row.First = previous = value;
            }

            sum += value;
            increase += value >= previous ? (value == previous ? 0 : value - previous) : value;
            falls += value < previous ? 1 : 0;
            previous = value;
            last = i;
            if (IsPoints)
            {
                if (row.Count + count < RollupFormat.MaxPoints)
                {
                    _points[(int)row.Count + count] = value;
                }
                else
                {
                    IsPoints = false;
                }
            }

            count++;
            if (double.IsFinite(value))
            {
                finiteMin = value < finiteMin ? value : finiteMin;
                finiteMax = value > finiteMax ? value : finiteMax;
                room[finite++] = value;
            }
            else if (value < 0)
            {
                Figures.Negative++;
            }
            else
            {
                Figures.Positive++;
            }
        }

        if (last < 0)
        {
            return;
        }

        (Figures.FiniteMin, Figures.FiniteMax) = (finiteMin, finiteMax);
        _steps += row.Count == 0 ? count - 1 : count;
        _falls += falls;
        row.Increase = increase;
        row.Count += count;
        row.Sum += sum;
        (row.Last, row.LastMs) = (values[last], timestampsMs[last]);
        _values.Take(finite, finiteMin, finiteMax);
    }

    /// <summary>The same, if all of them are finite.</summary>
    private bool TryAddFinite(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values)
    {
        ref var row = ref Figures.Row;
        if (values.IsEmpty)
        {
            return true;
        }

        var isFirst = row.Count == 0;
        var more = SampleFigures.Of(values, isFirst ? values[0] : row.Last);
        if (!double.IsFinite(more.Sum))
        {
            return false;
        }

        if (IsPoints)
        {
            IsPoints = row.Count + values.Length <= RollupFormat.MaxPoints;
            if (IsPoints)
            {
                values.CopyTo(_points.AsSpan((int)row.Count));
            }
        }

        row.First = isFirst ? values[0] : row.First;
        Figures.FiniteMin = Math.Min(Figures.FiniteMin, more.Min);
        Figures.FiniteMax = Math.Max(Figures.FiniteMax, more.Max);
        _steps += isFirst ? values.Length - 1 : values.Length;
        _falls += more.Falls;
        row.Increase += more.Increase;
        row.Count += values.Length;
        row.Sum += more.Sum;
        (row.Last, row.LastMs) = (values[^1], timestampsMs[^1]);
        _values.Add(values, default, Figures.FiniteMin, Figures.FiniteMax);
        return true;
    }

    /// <summary>Values in order of time, but not after all before.</summary>
    public void AddLate(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values)
    {
        var late = new double[values.Length];
        var count = 0;
        var lastMs = 0L;
        for (var i = 0; i < values.Length; i++)
        {
            if (!double.IsNaN(values[i]))
            {
                late[count++] = values[i];
                lastMs = timestampsMs[i];
            }
        }

        if (count == 0)
        {
            return;
        }

        var figures = new RowFigures { Row = new RollupRow { StartMs = Figures.Row.StartMs, LastMs = lastMs } };
        figures.Derive(late.AsSpan(0, count));
        AddFigures(figures);
        foreach (var value in late.AsSpan(0, count))
        {
            AddValue(value);
        }
    }

    public void AddPoints(ReadOnlySpan<double> points, long lastMs)
    {
        Span<long> timestamps = stackalloc long[RollupFormat.MaxPoints];
        timestamps[..points.Length].Fill(lastMs);
        AddSamples(timestamps[..points.Length], points);
    }

    /// <summary>
    /// Joins figures: in order of time where the others begin after what is here, else as two readings of the same span of time.
    /// </summary>
    public void AddFigures(in RowFigures other)
    {
        Spill();
        ref var row = ref Figures.Row;
        ref readonly var next = ref other.Row;
        var otherFalls = double.IsNaN(next.Increase) ? double.PositiveInfinity : IsRise(next) ? 0 : 1;
        if (row.Count == 0)
        {
            var start = row.StartMs;
            row = next;
            row.StartMs = start;
            (Figures.FiniteMin, Figures.FiniteMax) = (other.FiniteMin, other.FiniteMax);
            (Figures.Negative, Figures.Positive) = (other.Negative, other.Positive);
            Figures.IsDistribution = other.IsDistribution;
            (_falls, _steps) = (otherFalls, next.Count - 1);
            return;
        }

        if (next.StartMs > row.LastMs)
        {
            // A gauge has no first value: the NaN goes through.
            row.Increase += next.Increase + (next.First == row.Last ? 0 : next.First > row.Last ? next.First - row.Last : next.First);
            _falls += otherFalls + (next.First < row.Last ? 1 : 0);
            (row.Last, row.LastMs) = (next.Last, next.LastMs);
        }
        else
        {
            JoinIncrease(next);
            if (next.LastMs > row.LastMs || (next.LastMs == row.LastMs && next.Last > row.Last))
            {
                (row.Last, row.LastMs) = (next.Last, next.LastMs);
            }
        }

        _steps += next.Count;
        row.Count += next.Count;
        row.Sum += next.Sum;
        Figures.FiniteMin = Math.Min(Figures.FiniteMin, other.FiniteMin);
        Figures.FiniteMax = Math.Max(Figures.FiniteMax, other.FiniteMax);
        Figures.Negative += other.Negative;
        Figures.Positive += other.Positive;
        Figures.IsDistribution |= other.IsDistribution;
    }

    /// <summary>The finite values behind figures that were added.</summary>
    public void AddWeights(ReadOnlySpan<double> values, ReadOnlySpan<double> weights)
    {
        _values.Weigh();
        _values.Add(values, weights, Figures.FiniteMin, Figures.FiniteMax);
    }

    /// <summary>
    /// A finer row that is complete, in order of time: its figures, and its values rather than what is stored of them.
    /// </summary>
    public void AddRow(OpenRow finer)
    {
        ref readonly var next = ref finer.Figures;
        if (finer.IsPoints)
        {
            AddPoints(finer.Points, next.Row.LastMs);
            return;
        }

        AddFigures(next);
        _values.Add(finer._values.Values, finer._values.Weights, Figures.FiniteMin, Figures.FiniteMax);
    }

    /// <summary>One value behind figures that were added.</summary>
    public void AddValue(double value)
    {
        if (double.IsFinite(value))
        {
            Push(value, 1);
        }
    }

    /// <summary>A distribution at a time: not a counter.</summary>
    public void AddDistribution(long timestampMs, TDigest digest)
    {
        var figures = new RowFigures
        {
            FiniteMin = digest.Min,
            FiniteMax = digest.Max,
            Row = new RollupRow
            {
                StartMs = timestampMs,
                Count = digest.Count,
                Sum = digest.Sum,
                Min = digest.Min,
                Max = digest.Max,
                Last = digest.Sum / digest.Count,
                LastMs = timestampMs,
                First = double.NaN,
                Increase = double.NaN,
            },
        };
        AddFigures(figures);
        Figures.IsDistribution = true;
        _values.Weigh();
        foreach (var centroid in digest.Centroids)
        {
            Push(centroid.Mean, centroid.Weight);
        }
    }

    /// <summary>Completes the figures, and divides the values into groups unless all are equal or are kept as points.</summary>
    /// <param name="means">Receives the means; at least <see cref="RankScheme.MaxGroups"/> long.</param>
    /// <returns>How many means.</returns>
    public int Finish(Span<double> means)
    {
        ref var row = ref Figures.Row;
        if (IsPoints)
        {
            Figures.Derive(Points);
            return 0;
        }

        row.Min = Figures.Negative > 0 ? double.NegativeInfinity : Figures.FiniteMin;
        row.Max = Figures.Positive > 0 ? double.PositiveInfinity : Figures.FiniteMax;
        Figures.SetIncrease(row.First, row.Increase, _falls, _steps);
        if (!(Figures.FiniteMin < Figures.FiniteMax) || !(Figures.FiniteCount > 0))
        {
            return 0;
        }

        _values.Sort(_falls == 0, Figures.FiniteMin, Figures.FiniteMax);
        var scheme = RankScheme.For(Figures.FiniteCount);
        var groups = Grouping.Divide(_values.Values, _values.Weights, scheme, means);
        (means[0], means[groups - 1]) = (Figures.FiniteMin, Figures.FiniteMax);
        return groups;
    }

    private static bool IsRise(in RollupRow row) => row.First == row.Min && row.Last == row.Max;

    /// <summary>Two readings of one span of time are a counter's if neither falls and the newest value is the greatest.</summary>
    private void JoinIncrease(in RollupRow next)
    {
        ref var row = ref Figures.Row;
        var newest = next.LastMs >= row.LastMs ? next.Last : row.Last;
        var min = Math.Min(Figures.FiniteMin, next.Min);
        var max = Math.Max(Figures.FiniteMax, next.Max);
        if (_falls == 0 && !double.IsNaN(next.Increase) && IsRise(next) && newest == max)
        {
            (row.First, row.Increase) = (min, max - min);
            return;
        }

        _falls = double.PositiveInfinity;
    }

    /// <summary>From here on the values are not known in their order.</summary>
    private void Spill() => IsPoints = false;

    private void Push(double value, double weight) => _values.Add(value, weight, Figures.FiniteMin, Figures.FiniteMax);
}
