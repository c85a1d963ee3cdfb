using System.Buffers.Text;
using System.Globalization;

namespace Metrics.Gateway.Query;

/// <summary>
/// The points of an answer as JSON: <c>{"timestamp":…,"value":…}</c>, byte for byte what <see cref="System.Text.Json.Utf8JsonWriter"/> writes.
/// A point is two numbers, and in a large answer the writer's bookkeeping for each costs more than they do.
/// </summary>
internal static class PointText
{
    /// <summary>No point is longer, comma included: 23 bytes of names and marks, at most 24 of a timestamp and 32 of a value.</summary>
    public const int MaxBytes = 80;

    // Above it a float64 is written with an exponent.
    private const double MaxPlain = 1e15;

    /// <summary>As many points as there is surely room for, with commas between them.</summary>
    /// <param name="destination">At least <see cref="MaxBytes"/>.</param>
    /// <param name="timestampsMs">Epoch milliseconds; at least one.</param>
    /// <param name="values">As many.</param>
    /// <param name="points">How many were written.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> destination, ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values, out int points)
    {
        var length = 0;
        points = 0;
        do
        {
            if (points > 0)
            {
                destination[length++] = (byte)',';
            }

            length += Write(destination[length..], timestampsMs[points], values[points]);
            points++;
        }
        while (points < timestampsMs.Length && destination.Length - length >= MaxBytes);
        return length;
    }

    private static int Write(Span<byte> destination, long epochMs, double value)
    {
        var length = Copy("{\"timestamp\":"u8, destination);
        length += WriteSeconds(destination[length..], epochMs);
        length += Copy(",\"value\":"u8, destination[length..]);
        length += WriteValue(destination[length..], value);
        destination[length] = (byte)'}';
        return length + 1;
    }

    /// <summary>Whole seconds without a point, others with as many digits as they need.</summary>
    private static int WriteSeconds(Span<byte> destination, long epochMs)
    {
        int written;
        if (epochMs % 1000 == 0)
        {
            Utf8Formatter.TryFormat(epochMs / 1000, destination, out written);
        }
        else
        {
            (epochMs / 1000m).TryFormat(destination, out written, default, CultureInfo.InvariantCulture);
        }

        return written;
    }

    private static int WriteValue(Span<byte> destination, double value)
    {
        // JSON has no number for it; the bucket is there, so leaving it out would say something else.
        if (!double.IsFinite(value))
        {
            return Copy("null"u8, destination);
        }

        int written;
        var whole = Math.Abs(value) < MaxPlain ? (long)value : 0;
        if (whole != 0 && whole == value)
        {
            // Counts and sums of counts: several times cheaper than looking for the shortest fraction.
            Utf8Formatter.TryFormat(whole, destination, out written);
        }
        else
        {
            Utf8Formatter.TryFormat(value, destination, out written);
        }

        return written;
    }

    private static int Copy(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        text.CopyTo(destination);
        return text.Length;
    }
}
