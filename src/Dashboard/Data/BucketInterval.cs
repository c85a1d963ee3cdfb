namespace Metrics.Dashboard.Data;

/// <summary>How long a chart's buckets are.</summary>
public static class BucketInterval
{
    /// <summary>Buckets that an automatic interval stays at or below: about one for three pixels of a panel.</summary>
    public const int TargetBuckets = 300;

    /// <summary>Buckets that a chosen interval may give: more than a screen has pixels.</summary>
    public const int MaxBuckets = 5_000;

    // Steps that divide their neighbours' ranges, so that buckets start at round times.
    private static readonly long[] StepsSeconds =
    [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 2 * 3600, 6 * 3600, 12 * 3600, 86_400, 7 * 86_400, 28 * 86_400,
    ];

    /// <summary>The shortest round step that gives at most <see cref="TargetBuckets"/> over the range.</summary>
    public static TimeSpan Auto(TimeSpan range)
    {
        foreach (var step in StepsSeconds)
        {
            if (range.TotalSeconds <= step * (double)TargetBuckets)
            {
                return TimeSpan.FromSeconds(step);
            }
        }

        return TimeSpan.FromSeconds(StepsSeconds[^1]);
    }

    /// <summary>What is wrong with an interval for a range, or null.</summary>
    public static string? Problem(TimeSpan interval, TimeSpan range)
    {
        if (interval < TimeSpan.FromSeconds(1))
        {
            return "The interval must be at least 1s.";
        }

        var buckets = Math.Ceiling(range / interval);
        return buckets <= MaxBuckets
            ? null
            : $"An interval of {Durations.Format(interval)} over this range makes {buckets:N0} points a series; at most {MaxBuckets:N0} "
                + $"are drawn. Choose at least {Durations.Format(TimeSpan.FromSeconds(Math.Ceiling(range.TotalSeconds / MaxBuckets)))}, or auto.";
    }
}
