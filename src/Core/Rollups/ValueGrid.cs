using Metrics.Core.Compression;

namespace Metrics.Core.Rollups;

/// <summary>
/// The whole numbers that stand for the values of one row's distribution. It follows from figures that the row has anyway, so that it is
/// never stored: the decimal grid where that is coarse enough to be had for nothing (values are exact then), else the leading bits of the
/// float64 (a relative step), as fine as the distance of the extremes asks for; around zero, the same of |value| / unit + 1.
/// </summary>
internal readonly struct ValueGrid
{
    /// <summary>Steps there are at least between different extremes, as a power of two.</summary>
    private const int MinRangeBits = 5;

    /// <summary>The part of the greatest magnitude below which steps around zero are absolute.</summary>
    private const double UnitShare = 1 / 1024.0;

    /// <summary>Distributions of more values have one bit more, because they are summed up once more.</summary>
    private const double FineFrom = 256;

    private enum Kind
    {
        Decimal,
        Relative,
        AroundZero,
    }

    private readonly Kind _kind;
    private readonly int _form;
    private readonly int _shift;
    private readonly double _min;
    private readonly double _max;
    private readonly double _unit;
    private readonly long _origin;

    /// <param name="form">The value form of the chunk.</param>
    /// <param name="min">The smallest finite value.</param>
    /// <param name="max">The largest finite value, greater than the smallest.</param>
    /// <param name="count">Finite values.</param>
    public ValueGrid(int form, double min, double max, double count)
    {
        (_form, _min, _max) = (form, min, max);
        _kind = min > 0 || max < 0 ? Kind.Relative : Kind.AroundZero;
        _unit = Math.Max(Math.Max(Math.Abs(min), Math.Abs(max)) * UnitShare, double.Epsilon);
        var range = (ulong)(Key(max) - Key(min));
        var finest = 52 - (count < FineFrom ? 6 : 7);
        _shift = Math.Clamp(64 - System.Numerics.BitOperations.LeadingZeroCount(range) - MinRangeBits - 1, 0, finest);
        _origin = Shift(Key(min));
        Range = Shift(Key(max)) - _origin;
        if (ValueForm.IsDecimal(form)
            && ValueForm.TryMap(form, min + 0.0, out var low) && ValueForm.TryMap(form, max + 0.0, out var high) && high - low <= Range)
        {
            (_kind, _origin, Range) = (Kind.Decimal, low, high - low);
        }
    }

    /// <summary>The index of the maximum; that of the minimum is 0.</summary>
    public long Range { get; }

    /// <summary>Whether values of the chunk's form lie on the grid.</summary>
    public bool IsExact => _kind == Kind.Decimal;

    public long IndexOf(double value)
    {
        var index = _kind == Kind.Decimal ? (long)Math.Round(value * ValueForm.ScaleOf(_form)) : Shift(Key(value));
        return Math.Clamp(index - _origin, 0, Range);
    }

    public double ValueOf(long index)
    {
        if (index <= 0 || index >= Range)
        {
            return index <= 0 ? _min : _max;
        }

        if (_kind == Kind.Decimal)
        {
            return ValueForm.ToValue(_form, _origin + index);
        }

        var shifted = _origin + index;
        if (shifted == 0)
        {
            return 0;
        }

        // The middle of the values that have the index.
        var key = (Math.Abs(shifted) << _shift) + ((1L << _shift) >> 1);
        var magnitude = _kind == Kind.Relative
            ? BitConverter.Int64BitsToDouble(key)
            : (BitConverter.Int64BitsToDouble(key + One) - 1) * _unit;
        return Math.Clamp(shifted < 0 ? -magnitude : magnitude, _min, _max);
    }

    private static long One => BitConverter.DoubleToInt64Bits(1);

    private long Key(double value)
    {
        var magnitude = Math.Abs(value);
        var key = _kind == Kind.AroundZero
            ? BitConverter.DoubleToInt64Bits((magnitude / _unit) + 1) - One
            : BitConverter.DoubleToInt64Bits(magnitude);
        return value < 0 ? -key : key;
    }

    // Toward zero, so that the grid is the same on both sides of it.
    private long Shift(long key) => key < 0 ? -(-key >> _shift) : key >> _shift;
}
