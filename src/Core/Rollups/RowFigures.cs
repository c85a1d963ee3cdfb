namespace Metrics.Core.Rollups;

/// <summary>The figures of a row as the chunk has them, which is a little more than <see cref="RollupRow"/> tells.</summary>
internal struct RowFigures
{
    public RollupRow Row;
    public RowKind Kind;

    /// <summary>Whether distributions were added, so that the last value is the mean of one.</summary>
    public bool IsDistribution;

    /// <summary>Infinite values among <see cref="RollupRow.Count"/>.</summary>
    public long Negative;
    public long Positive;

    /// <summary>Extremes of the finite values.</summary>
    public double FiniteMin;
    public double FiniteMax;

    public readonly bool IsPoints => Kind <= RowKind.RawPoints;

    public readonly double FiniteCount => Row.Count - Negative - Positive;

    /// <summary>Whether the distribution has more to it than the figures say.</summary>
    public readonly bool HasGroups => !IsPoints && FiniteCount > 0 && FiniteMin < FiniteMax;

    /// <summary>Everything that follows from values in order of time, none of them NaN, at least one. Kind, start and last timestamp are left alone.</summary>
    public void Derive(ReadOnlySpan<double> values)
    {
        double sum = 0, min = double.PositiveInfinity, max = double.NegativeInfinity;
        double finiteMin = double.PositiveInfinity, finiteMax = double.NegativeInfinity;
        long negative = 0, positive = 0, falls = 0;
        double increase = 0;
        var previous = values[0];
        foreach (var value in values)
        {
            sum += value;
            min = value < min ? value : min;
            max = value > max ? value : max;
            if (double.IsFinite(value))
            {
                finiteMin = value < finiteMin ? value : finiteMin;
                finiteMax = value > finiteMax ? value : finiteMax;
            }
            else
            {
                negative += value < 0 ? 1 : 0;
                positive += value > 0 ? 1 : 0;
            }

            increase += value == previous ? 0 : value > previous ? value - previous : value;
            falls += value < previous ? 1 : 0;
            previous = value;
        }

        Row.Count = values.Length;
        Row.Sum = sum;
        (Row.Min, Row.Max) = (min, max);
        Row.Last = values[^1];
        (FiniteMin, FiniteMax, Negative, Positive) = (finiteMin, finiteMax, negative, positive);
        SetIncrease(values[0], increase, falls, values.Length - 1);
    }

    /// <summary>Keeps first value and increase, unless the values fall too often to be a counter.</summary>
    public void SetIncrease(double first, double increase, double falls, double steps)
    {
        var isCounter = falls <= Math.Max(1, steps / 8) && !double.IsNaN(increase);
        Row.First = isCounter ? first : double.NaN;
        Row.Increase = isCounter ? increase : double.NaN;
    }
}
