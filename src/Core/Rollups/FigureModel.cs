using Metrics.Core.Compression;

namespace Metrics.Core.Rollups;

/// <summary>
/// What the figures of the next row are predicted from: writer and reader take it through the same steps. Values are the whole numbers
/// of the chunk's form; predictions are float64 arithmetic, which is the same everywhere.
/// </summary>
internal struct FigureModel
{
    private const double Rate = 1 / 8.0;

    // Beyond it a float64 has no whole numbers; predictions only.
    private const double MaxPrediction = 1L << 53;

    public ResidualCode StepCode;
    public ResidualCode CountCode;
    public ResidualCode LastMsCode;
    public ResidualCode PointCode;
    public ResidualCode MinCode;
    public ResidualCode SpanCode;
    public ResidualCode LastCode;
    public ResidualCode SumCode;

    /// <summary>Of the row before.</summary>
    public RowKind Kind;
    public long Count;
    public long LastOffsetMs;
    public long Last;
    public bool HasRow;
    public bool HasLast;

    private RunningMean _minBelowLast;
    private RunningMean _min;
    private RunningMean _span;
    private RunningMean _place;
    private RunningMean _mean;

    /// <summary>The whole number of a finite value; false when the form has none.</summary>
    public static bool TryMap(int form, double value, out long mapped)
    {
        if (form != ValueForm.Float64)
        {
            return ValueForm.TryMap(form, value + 0.0, out mapped);
        }

        // Ascending as the values are.
        var bits = BitConverter.DoubleToInt64Bits(value + 0.0);
        mapped = bits ^ ((bits >> 63) & long.MaxValue);
        return true;
    }

    public static double ToValue(int form, long mapped) => form != ValueForm.Float64
        ? ValueForm.ToValue(form, mapped)
        : BitConverter.Int64BitsToDouble(mapped ^ ((mapped >> 63) & long.MaxValue));

    public readonly long PredictMin() => HasLast && (_minBelowLast.Error <= _min.Error || !_min.HasValue)
        ? Last + ToLong(_minBelowLast.Value)
        : ToLong(_min.Value);

    public readonly long PredictSpan() => ToLong(_span.Value);

    /// <summary>The sum of whole numbers: by where in the span the mean has been, or by the mean.</summary>
    public readonly long PredictSum(long min, ulong span, long count)
    {
        var mean = _place.Error <= _mean.Error ? min + ((_place.HasValue ? _place.Value : 0.5) * span) : _mean.Value;
        return ToLong(mean * count);
    }

    public void LearnExtremes(long min, ulong span)
    {
        if (HasLast)
        {
            _minBelowLast.Learn(min - Last, min - Last);
        }

        _min.Learn(min, min);
        _span.Learn(span, span);
    }

    public void LearnSum(long min, ulong span, long count, long sum)
    {
        var mean = (double)sum / count;
        if (span > 0)
        {
            var expected = min + ((_place.HasValue ? _place.Value : 0.5) * span);
            _place.LearnError(mean - expected);
            _place.Move((mean - min) / span);
        }

        _mean.Learn(mean, mean);
    }

    public void LearnLast(long last) => (Last, HasLast) = (last, true);

    private static long ToLong(double value) => (long)Math.Clamp(Math.Round(value), -MaxPrediction, MaxPrediction);

    /// <summary>A mean that forgets, and how far off it has been of late.</summary>
    private struct RunningMean
    {
        public double Value;
        public double Error;
        public bool HasValue;

        public void Learn(double value, double actual)
        {
            LearnError(actual - Value);
            Move(value);
        }

        public void LearnError(double error) => Error += HasValue ? Rate * (Math.Abs(error) - Error) : 0;

        public void Move(double value)
        {
            Value = HasValue ? Value + (Rate * (value - Value)) : value;
            HasValue = true;
        }
    }
}
