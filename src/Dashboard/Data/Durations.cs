using System.Globalization;

namespace Metrics.Dashboard.Data;

/// <summary>Durations as people write them: <c>30s</c>, <c>5m</c>, <c>1h</c>, <c>7d</c>.</summary>
public static class Durations
{
    /// <summary>Reads a whole number and one of <c>s m h d w</c>; false for anything else, for zero and for more than 10 years.</summary>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        if (text is null || text.Length is < 2 or > 9
            || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        long unit = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, 'w' => 604_800, _ => 0 };
        var seconds = number * unit;
        if (seconds is <= 0 or > 10L * 366 * 86_400)
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(seconds);
        return true;
    }

    /// <summary>The shortest text that <see cref="TryParse"/> reads; whole seconds. A day is written <c>24h</c>, as in the pickers.</summary>
    public static string Format(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;
        var (number, unit) = seconds switch
        {
            _ when seconds >= 2 * 86_400 && seconds % 86_400 == 0 => (seconds / 86_400, 'd'),
            _ when seconds >= 3600 && seconds % 3600 == 0 => (seconds / 3600, 'h'),
            _ when seconds >= 60 && seconds % 60 == 0 => (seconds / 60, 'm'),
            _ => (seconds, 's'),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{number}{unit}");
    }
}
