using System.Globalization;

namespace Metrics.Dashboard.Data;

/// <summary>A range as a viewer picks it: the last so long, or between two instants.</summary>
/// <param name="Last">How far back from now, for a range that moves; else null.</param>
/// <param name="From">First instant of a fixed range.</param>
/// <param name="To">End of a fixed range, exclusive.</param>
public sealed record TimeRange(TimeSpan? Last, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>The ranges that the pickers offer.</summary>
    public static readonly IReadOnlyList<string> Presets = ["5m", "15m", "1h", "6h", "24h"];

    public static readonly TimeRange Default = Relative(TimeSpan.FromMinutes(15));

    /// <summary>Longest range that a page asks for: the longest retention.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(3 * 366);

    public bool IsLive => Last is not null;

    public static TimeRange Relative(TimeSpan last) => new(last, default, default);

    public static TimeRange Absolute(DateTimeOffset from, DateTimeOffset to) => new(null, from.ToUniversalTime(), to.ToUniversalTime());

    /// <summary>Reads <c>15m</c>; null when it is not a duration from 1 s to <see cref="Longest"/>.</summary>
    public static TimeRange? ParseRelative(string? text) =>
        Durations.TryParse(text, out var last) && last <= Longest ? Relative(last) : null;

    /// <summary>Reads two ISO 8601 instants (UTC when no offset is given); null when they are not, or not in order.</summary>
    public static TimeRange? ParseAbsolute(string? from, string? to)
    {
        const DateTimeStyles styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParse(from, CultureInfo.InvariantCulture, styles, out var first)
            && DateTimeOffset.TryParse(to, CultureInfo.InvariantCulture, styles, out var end)
            && first < end && end - first <= Longest
            ? Absolute(first, end)
            : null;
    }

    /// <summary>The range in epoch milliseconds, the end exclusive.</summary>
    public (long FromMs, long ToMs) Resolve(DateTimeOffset now)
    {
        if (Last is not { } last)
        {
            return (From.ToUnixTimeMilliseconds(), To.ToUnixTimeMilliseconds());
        }

        var end = now.ToUnixTimeMilliseconds();
        return (end - (long)last.TotalMilliseconds, end);
    }

    /// <summary><c>15m</c>, or the first instant of a fixed range to the last.</summary>
    public override string ToString() => Last is { } last
        ? Durations.Format(last)
        : string.Create(CultureInfo.InvariantCulture, $"{From:yyyy-MM-dd HH:mm} – {To:yyyy-MM-dd HH:mm} UTC");
}
