using System.Numerics;
using Metrics.Core.Compression;

namespace Metrics.Core.Rollups;

/// <summary>
/// The whole numbers that stand for the values of one row's distribution. It follows from figures that the row has anyway, so that it is
/// never stored: the decimal grid where that is coarse enough to be had for nothing (values are exact then), else the leading bits of
/// <see cref="ValueKeys"/> (a relative step), as fine as the distance of the extremes asks for.
/// </summary>
internal readonly struct ValueGrid
{
    /// <summary>Steps there are at least between different extremes, as a power of two.</summary>
    private const int MinRangeBits = 5;

    /// <summary>A range of fewer whole steps is narrow.</summary>
    private const int NarrowRange = 128;

    /// <summary>A range is narrow whose steps are finer than relative ones by so many bits: extremes are within some 20 % of each other.</summary>
    private const int NarrowBits = 2;

    private const int MantissaBits = 52;
    private const int RelativeBits = 6;

    /// <summary>Distributions of more values have one bit more, because they are summed up once more.</summary>
    private const double FineFrom = 256;

    private readonly ValueKeys _keys;
    private readonly int _form;
    private readonly int _shift;
    private readonly double _min;
    private readonly double _max;
    private readonly long _origin;

    /// <param name="form">The value form of the chunk.</param>
    /// <param name="min">The smallest finite value.</param>
    /// <param name="max">The largest finite value, greater than the smallest.</param>
    /// <param name="count">Finite values.</param>
    public ValueGrid(int form, double min, double max, double count)
    {
        (_form, _min, _max) = (form, min, max);
        _keys = new ValueKeys(min, max);
        var (low, high) = (_keys.KeyOf(min), _keys.KeyOf(max));
        var bits = RelativeBits + (count < FineFrom ? 0 : 1) - (_keys.IsTwoSided ? 2 : 0);
        var rangeBits = 64 - BitOperations.LeadingZeroCount((ulong)(high - low));
        _shift = Math.Clamp(rangeBits - MinRangeBits - 1, 0, MantissaBits - bits);
        _origin = Shift(low);
        Range = Shift(high) - _origin;
        IsNarrow = _shift <= MantissaBits - bits - NarrowBits;
        if (ValueForm.IsDecimal(form)
            && ValueForm.TryMap(form, min + 0.0, out low) && ValueForm.TryMap(form, max + 0.0, out high) && high - low <= Range)
        {
            (IsExact, _origin, Range) = (true, low, high - low);
            IsNarrow = Range < NarrowRange;
        }
    }

    /// <summary>The index of the maximum; that of the minimum is 0.</summary>
    public long Range { get; }

    /// <summary>Whether the values are so near each other that few groups say all.</summary>
    public bool IsNarrow { get; }

    /// <summary>Whether values of the chunk's form lie on the grid.</summary>
    public bool IsExact { get; }

    public long IndexOf(double value)
    {
        var index = IsExact ? (long)Math.Round(value * ValueForm.ScaleOf(_form)) : Shift(_keys.KeyOf(value));
        return Math.Clamp(index - _origin, 0, Range);
    }

    public double ValueOf(long index)
    {
        if (index <= 0 || index >= Range)
        {
            return index <= 0 ? _min : _max;
        }

        var shifted = _origin + index;
        if (IsExact)
        {
            return ValueForm.ToValue(_form, shifted);
        }

        // The middle of the values that have the index.
        var half = (1L << _shift) >> 1;
        return shifted == 0 ? 0 : Math.Clamp(_keys.ValueOf((shifted << _shift) + (shifted < 0 ? -half : half)), _min, _max);
    }

    /// <summary>The nearest value of an exact grid.</summary>
    public double Snap(double value) => IsExact ? ValueOf(IndexOf(value)) : value;

    // Toward zero, so that the grid is the same on both sides of it.
    private long Shift(long key) => key < 0 ? -(-key >> _shift) : key >> _shift;
}
