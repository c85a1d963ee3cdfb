using System.Globalization;

namespace Metrics.Gateway.Ingestion;

/// <summary>
/// Epoch seconds, integer or fractional, to milliseconds. A number of 1e11 or more (the year 5138 in seconds) is taken as milliseconds
/// already; one of 1e14 or more would be micro- or nanoseconds and is refused rather than guessed at.
/// </summary>
internal static class EpochTimestamp
{
    public const string OutOfRange = "is too large for milliseconds: send epoch seconds or milliseconds";

    private const long MillisecondsFrom = 100_000_000_000;
    private const long RefusedFrom = 100_000_000_000_000;

    // More digits than this cannot be in range, and would overflow.
    private const int MaxIntegerDigits = 18;

    /// <summary>Reads a JSON number, rounding to the nearest millisecond, halves away from zero.</summary>
    /// <param name="number">A number of JSON's grammar.</param>
    /// <param name="timestampMs">Milliseconds since the Unix epoch, when true is returned.</param>
    /// <returns>False when it is out of range.</returns>
    public static bool TryRead(ReadOnlySpan<byte> number, out long timestampMs)
    {
        timestampMs = 0;
        var negative = number[0] == '-';
        var i = negative ? 1 : 0;
        var start = i;
        long whole = 0;
        while (i < number.Length && (uint)(number[i] - '0') <= 9 && i - start <= MaxIntegerDigits)
        {
            whole = (whole * 10) + (number[i] - '0');
            i++;
        }

        long thousandths = 0;
        var roundUp = false;
        if (i < number.Length && number[i] == '.')
        {
            var unit = 100;
            for (i++; i < number.Length && (uint)(number[i] - '0') <= 9; i++)
            {
                thousandths += unit * (number[i] - '0');
                roundUp = unit == 0 ? roundUp : unit == 1 && i + 1 < number.Length && number[i + 1] is >= (byte)'5' and <= (byte)'9';
                unit /= 10;
            }
        }

        if (i < number.Length)
        {
            return TryReadDecimal(number, out timestampMs);
        }

        if (whole >= RefusedFrom)
        {
            return false;
        }

        timestampMs = whole >= MillisecondsFrom
            ? whole + (thousandths >= 500 ? 1 : 0)
            : (whole * 1000) + thousandths + (roundUp ? 1 : 0);
        timestampMs = negative ? -timestampMs : timestampMs;
        return true;
    }

    // Exponents, and more digits than a timestamp has.
    private static bool TryReadDecimal(ReadOnlySpan<byte> number, out long timestampMs)
    {
        timestampMs = 0;
        if (!decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            || Math.Abs(value) >= RefusedFrom)
        {
            return false;
        }

        var milliseconds = Math.Abs(value) >= MillisecondsFrom ? value : value * 1000;
        timestampMs = (long)Math.Round(milliseconds, MidpointRounding.AwayFromZero);
        return true;
    }
}
