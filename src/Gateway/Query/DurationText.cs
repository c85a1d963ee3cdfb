using System.Globalization;

namespace Metrics.Gateway.Query;

/// <summary>Lengths of time as people write them: <c>90s</c>, <c>1m</c>, <c>1h30m</c>, <c>1d</c>.</summary>
internal static class DurationText
{
    public const string Form = "a whole number and a unit (ms, s, m, h, d or w), as in \"30s\", \"5m\" or \"1h30m\"";

    /// <summary>A hundred years: longer than anything is kept.</summary>
    public const long MaxMs = 36_525 * 86_400_000L;

    // Largest first: the parts of a duration come in this order, each at most once.
    private static readonly (string Unit, long Ms)[] Units =
        [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

    /// <summary>False for anything but numbers with units, and for more than <see cref="MaxMs"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long milliseconds)
    {
        milliseconds = 0;
        var next = 0;
        do
        {
            var digits = text.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || !long.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            text = text[digits..];
            var letters = text.IndexOfAnyInRange('0', '9');
            var unit = letters < 0 ? text : text[..letters];
            while (next < Units.Length && !unit.SequenceEqual(Units[next].Unit))
            {
                next++;
            }

            if (next == Units.Length || number > (MaxMs - milliseconds) / Units[next].Ms)
            {
                return false;
            }

            milliseconds += number * Units[next].Ms;
            next++;
            text = text[unit.Length..];
        }
        while (!text.IsEmpty);

        return true;
    }
}
