namespace Metrics.Core.Rollups;

/// <summary>
/// Whole numbers that ascend with the values, about evenly with their logarithm: the bits of the float64; where there are values on both
/// sides of zero or zero itself, those of |value| / unit + 1.
/// </summary>
internal readonly struct ValueKeys
{
    /// <summary>The part of the greatest magnitude below which steps around zero are absolute.</summary>
    private const double LeastUnit = 1 / 1024.0;

    /// <summary>The same, of the smaller one of two extremes on both sides of zero.</summary>
    private const double TwoSidedUnit = 1 / 16.0;

    private static readonly long s_one = BitConverter.DoubleToInt64Bits(1);

    private readonly bool _isAroundZero;
    private readonly double _unit;

    public ValueKeys(double min, double max)
    {
        _isAroundZero = min <= 0 && max >= 0;
        var (low, high) = (Math.Abs(min), Math.Abs(max));
        IsTwoSided = _isAroundZero && 8 * Math.Min(low, high) > Math.Max(low, high);
        _unit = Math.Max(Math.Max(LeastUnit * Math.Max(low, high), TwoSidedUnit * Math.Min(low, high)), double.Epsilon);
    }

    /// <summary>Whether the values reach about as far below zero as above.</summary>
    public bool IsTwoSided { get; }

    public long KeyOf(double value)
    {
        var magnitude = Math.Abs(value);
        var key = _isAroundZero
            ? BitConverter.DoubleToInt64Bits((magnitude / _unit) + 1) - s_one
            : BitConverter.DoubleToInt64Bits(magnitude);
        return value < 0 ? -key : key;
    }

    public double ValueOf(long key)
    {
        var magnitude = _isAroundZero
            ? (BitConverter.Int64BitsToDouble(Math.Abs(key) + s_one) - 1) * _unit
            : BitConverter.Int64BitsToDouble(Math.Abs(key));
        return key < 0 ? -magnitude : magnitude;
    }
}
