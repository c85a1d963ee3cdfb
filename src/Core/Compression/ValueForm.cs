using System.Runtime.CompilerServices;

namespace Metrics.Core.Compression;

/// <summary>
/// How float64 values are mapped to the integers whose differences are coded. Forms 0 to <see cref="MaxScale"/> are
/// decimal: the value is exactly m / 10^form. The other two take the bit pattern as the integer. A form fits
/// a value only if mapping it there and back gives the same 64 bits.
/// </summary>
internal static class ValueForm
{
    /// <summary>Most decimals; beyond it the hits are accidents among values that are not decimal.</summary>
    public const int MaxScale = 12;

    public const int Float32 = MaxScale + 1;

    public const int Float64 = MaxScale + 2;

    // Adding it to |x| < 2^51 leaves round(x) in the low bits of the sum.
    private const double RoundToInteger = 6755399441055744.0;

    private static ReadOnlySpan<double> Scales => [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12];

    public static bool IsDecimal(int form) => form <= MaxScale;

    public static bool IsKnown(int form) => form <= Float64;

    /// <summary>-1 where the mean step between values is worth learning, else 0; see <see cref="ValuePredictor"/>.</summary>
    public static long DriftMaskOf(int form) => IsDecimal(form) ? -1 : 0;

    /// <summary>Maps a value, or returns false when the form cannot hold it bit for bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryMap(int form, double value, out long mapped)
    {
        if ((uint)form < (uint)Scales.Length)
        {
            double scale = Scales[form];
            mapped = BitConverter.DoubleToInt64Bits((value * scale) + RoundToInteger)
                - BitConverter.DoubleToInt64Bits(RoundToInteger);
            return SameBits(mapped / scale, value);
        }

        return TryMapBits(form, value, out mapped);
    }

    /// <summary>The value that a form maps to <paramref name="mapped"/>.</summary>
    public static double ToValue(int form, long mapped) => IsDecimal(form) ? mapped / Scales[form] : FromBits(form, mapped);

    /// <summary>10^form of a decimal form.</summary>
    public static double ScaleOf(int form) => Scales[form];

    /// <summary>Maps back a block; both spans may be the same memory.</summary>
    public static void ToValues(int form, ReadOnlySpan<long> mapped, Span<double> values)
    {
        if (!IsDecimal(form))
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = FromBits(form, mapped[i]);
            }

            return;
        }

        double scale = Scales[form];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = mapped[i] / scale;
        }
    }

    /// <summary>The first form that holds the value; <see cref="Float64"/> holds any.</summary>
    public static int Smallest(double value)
    {
        int form = 0;
        while (!TryMap(form, value, out _))
        {
            form++;
        }

        return form;
    }

    public static bool SameBits(double left, double right) =>
        BitConverter.DoubleToInt64Bits(left) == BitConverter.DoubleToInt64Bits(right);

    private static bool TryMapBits(int form, double value, out long mapped)
    {
        if (form == Float64)
        {
            mapped = BitConverter.DoubleToInt64Bits(value);
            return true;
        }

        mapped = BitConverter.SingleToInt32Bits((float)value);
        return SameBits(FromBits(Float32, mapped), value);
    }

    private static double FromBits(int form, long mapped) =>
        form == Float64 ? BitConverter.Int64BitsToDouble(mapped) : BitConverter.Int32BitsToSingle((int)mapped);
}
