using System.Globalization;

namespace Metrics.Dashboard.Refresh;

/// <summary>How long ago something was, in words.</summary>
public static class Age
{
    public static string Format(TimeSpan age) => age.TotalSeconds switch
    {
        < 1 => "just now",
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalSeconds} s ago"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalMinutes} min ago"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalHours} h ago"),
    };
}
