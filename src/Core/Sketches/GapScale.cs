namespace Metrics.Core.Sketches;

/// <summary>
/// Maps gaps between neighbouring means to 16-bit codes whose error is a fixed share of the gap. A code counts steps in the leading
/// bits of the float64, whose order is the order of the numbers: the mantissa keeps as many bits as the range of the gaps leaves room for.
/// </summary>
internal readonly struct GapScale
{
    public const int MinMantissaBits = 5;
    public const int MaxMantissaBits = 16;
    private const int MaxCode = ushort.MaxValue;
    private const int Float64MantissaBits = 52;

    private readonly int _shift;

    public GapScale(int mantissaBits, long origin)
    {
        MantissaBits = mantissaBits;
        Origin = origin;
        _shift = Float64MantissaBits - mantissaBits;
    }

    public int MantissaBits { get; }

    /// <summary>The leading bits that code 1 stands for.</summary>
    public long Origin { get; }

    /// <summary>The finest scale for gaps from <paramref name="smallest"/> to <paramref name="greatest"/>, both above 0 and finite.</summary>
    public static GapScale For(double smallest, double greatest)
    {
        var bits = MaxMantissaBits;
        while (bits > MinMantissaBits && Leading(greatest, bits) - Leading(smallest, bits) >= MaxCode)
        {
            bits--;
        }

        return new GapScale(bits, Leading(smallest, bits));
    }

    public static bool IsValid(int mantissaBits, long origin) =>
        mantissaBits is >= MinMantissaBits and <= MaxMantissaBits
        && origin >= 0
        && origin < 0x7FFL << mantissaBits;

    /// <summary>The code whose gap is nearest; 0 is no gap.</summary>
    public ushort Encode(double gap)
    {
        if (!(gap > 0))
        {
            return 0;
        }

        var half = 1L << (_shift - 1);
        var leading = (BitConverter.DoubleToInt64Bits(gap) + half) >> _shift;
        return (ushort)Math.Clamp(leading - Origin + 1, 0, MaxCode);
    }

    public double Decode(ushort code) => code == 0 ? 0 : BitConverter.Int64BitsToDouble((Origin + code - 1) << _shift);

    private static long Leading(double gap, int bits) => BitConverter.DoubleToInt64Bits(gap) >> (Float64MantissaBits - bits);
}
