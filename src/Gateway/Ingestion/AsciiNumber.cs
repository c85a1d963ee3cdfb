using System.Buffers;
using System.Globalization;

namespace Metrics.Gateway.Ingestion;

/// <summary>Decimal numbers in ASCII to the nearest float64, as <see cref="double.Parse(string)"/> gives it.</summary>
internal static class AsciiNumber
{
    // Up to here an integer, and each power of ten, is a float64 without error, so that one division or multiplication
    // rounds once and therefore right (Clinger's fast path).
    private const ulong MaxExactInteger = 1UL << 53;

    private static readonly SearchValues<byte> NumberBytes = SearchValues.Create("0123456789+-.eE"u8);

    private static readonly double[] ExactPowers =
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <summary>Reads the JSON number that the bytes begin with.</summary>
    /// <param name="source">What begins with it.</param>
    /// <param name="value">Infinite when the number is too large for a float64.</param>
    /// <param name="length">Its bytes; what comes after them is the caller's to judge.</param>
    /// <returns>False when the bytes do not begin with a number of JSON's grammar.</returns>
    public static bool TryReadJson(ReadOnlySpan<byte> source, out double value, out int length)
    {
        value = 0;
        length = 0;
        var i = 0;
        var negative = source.Length > 0 && source[0] == '-';
        i += negative ? 1 : 0;

        ulong mantissa = 0;
        var start = i;
        i = ReadDigits(source, i, ref mantissa);
        var digits = i - start;
        if (digits == 0 || (digits > 1 && source[start] == '0'))
        {
            return false;
        }

        var scale = 0;
        if (i < source.Length && source[i] == '.')
        {
            var fraction = i + 1;
            i = ReadDigits(source, fraction, ref mantissa);
            scale = fraction - i;
            if (scale == 0)
            {
                return false;
            }

            digits -= scale;
        }

        var exact = digits <= 19;
        if (i < source.Length && (source[i] | 0x20) == 'e')
        {
            i = SkipExponent(source, i + 1);
            exact = false;
            if (i < 0)
            {
                return false;
            }
        }

        length = i;
        return (exact && TryCompose(negative, mantissa, scale, out value)) || TryParse(source[..i], out value);
    }

    /// <summary>
    /// Reads a number that fills the bytes and may be written loosely: a leading <c>+</c>, no digits before or after the point.
    /// </summary>
    /// <returns>False for anything else, and for what is not finite.</returns>
    public static bool TryReadWhole(ReadOnlySpan<byte> source, out double value)
    {
        var unsigned = source.Length > 1 && source[0] == '+' && source[1] != '-' ? source[1..] : source;
        if (TryReadJson(unsigned, out value, out var length) && length == unsigned.Length)
        {
            return double.IsFinite(value);
        }

        // double.TryParse would take blanks around the number, "NaN" and "Infinity".
        return source.IndexOfAnyExcept(NumberBytes) < 0 && TryParse(source, out value) && double.IsFinite(value);
    }

    private static bool TryParse(ReadOnlySpan<byte> source, out double value) =>
        double.TryParse(source, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    private static bool TryCompose(bool negative, ulong mantissa, int scale, out double value)
    {
        if (mantissa > MaxExactInteger || scale < -22)
        {
            value = 0;
            return false;
        }

        value = scale == 0 ? mantissa : mantissa / ExactPowers[-scale];
        value = negative ? -value : value;
        return true;
    }

    private static int ReadDigits(ReadOnlySpan<byte> source, int i, ref ulong mantissa)
    {
        while ((uint)i < (uint)source.Length && (uint)(source[i] - '0') <= 9)
        {
            mantissa = (mantissa * 10) + (uint)(source[i] - '0');
            i++;
        }

        return i;
    }

    private static int SkipExponent(ReadOnlySpan<byte> source, int i)
    {
        if (i < source.Length && source[i] is (byte)'+' or (byte)'-')
        {
            i++;
        }

        ulong ignored = 0;
        var end = ReadDigits(source, i, ref ignored);
        return end == i ? -1 : end;
    }
}
