using System.Globalization;

namespace Metrics.Gateway.Query;

/// <summary>Points in time as people and programs write them.</summary>
internal static class TimeText
{
    public const string Form =
        "RFC 3339 with an offset (\"2026-02-22T12:00:00Z\"), a number of seconds since 1970, or relative to now (\"now\", \"now-1h\")";

    /// <summary>The end of the year 9999.</summary>
    public const long MaxMs = 253_402_300_799_999;

    // As seconds the year 5138, as milliseconds March 1973: whichever was meant, it is not the other.
    private const double MillisecondsFrom = 1e11;

    private static readonly string[] Rfc3339 = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>
    /// What <c>now</c> stands for: the end of the current millisecond, since a query's end is exclusive, and a point of this
    /// millisecond that has been answered is to be found.
    /// </summary>
    public static long Now(TimeProvider time)
    {
        var now = time.GetUtcNow();
        return now.ToUnixTimeMilliseconds() + (now.Ticks % TimeSpan.TicksPerMillisecond == 0 ? 0 : 1);
    }

    /// <summary>Seconds, or milliseconds by size, to the nearest millisecond.</summary>
    public static bool TryParse(double number, out long epochMs)
    {
        var milliseconds = Math.Round(number >= MillisecondsFrom ? number : number * 1000, MidpointRounding.AwayFromZero);
        var valid = milliseconds is >= 0 and <= MaxMs;
        epochMs = valid ? (long)milliseconds : 0;
        return valid;
    }

    /// <summary>RFC 3339, or relative to <paramref name="nowMs"/>.</summary>
    public static bool TryParse(string text, long nowMs, out long epochMs) =>
        text.StartsWith("now", StringComparison.Ordinal)
            ? TryParseRelative(text.AsSpan(3), nowMs, out epochMs)
            : TryParseRfc3339(text, out epochMs);

    private static bool TryParseRelative(ReadOnlySpan<char> offset, long nowMs, out long epochMs)
    {
        epochMs = nowMs;
        if (offset.IsEmpty)
        {
            return true;
        }

        if (offset[0] is not ('-' or '+') || !DurationText.TryParse(offset[1..], out var milliseconds))
        {
            return false;
        }

        epochMs += offset[0] == '-' ? -milliseconds : milliseconds;
        return epochMs is >= 0 and <= MaxMs;
    }

    private static bool TryParseRfc3339(string text, out long epochMs)
    {
        epochMs = 0;
        var normal = CutFraction(text).ToUpperInvariant();
        // "K" takes a time without an offset too, and would read it in the server's own time zone.
        var hasOffset = normal.EndsWith('Z') || (normal.Length > 6 && normal[^3] == ':' && normal[^6] is '+' or '-');
        if (!hasOffset
            || !DateTimeOffset.TryParseExact(normal, Rfc3339, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return false;
        }

        epochMs = time.ToUnixTimeMilliseconds();
        return epochMs >= 0;
    }

    /// <summary>RFC 3339 sets no bound on the digits after the point, and .NET reads seven.</summary>
    private static string CutFraction(string text)
    {
        const int MaxDigits = 7;
        var point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0)
        {
            return text;
        }

        var digits = text.AsSpan(point + 1).IndexOfAnyExceptInRange('0', '9');
        return digits <= MaxDigits ? text : text.Remove(point + 1 + MaxDigits, digits - MaxDigits);
    }
}
