using Metrics.Core.Model;

namespace Metrics.Dashboard.Data;

/// <summary>What a chart draws: lines over one shared grid of bucket starts.</summary>
/// <param name="FromMs">Left edge (epoch milliseconds).</param>
/// <param name="ToMs">Right edge.</param>
/// <param name="StepMs">Bucket length.</param>
/// <param name="TimestampsMs">Bucket starts, ascending.</param>
/// <param name="Series">The lines.</param>
/// <param name="TotalSeries">How many there were before the cap.</param>
/// <param name="Warnings">What is missing from the data, and why.</param>
public sealed record ChartFrame(
    long FromMs,
    long ToMs,
    long StepMs,
    long[] TimestampsMs,
    IReadOnlyList<ChartSeries> Series,
    int TotalSeries,
    IReadOnlyList<string> Warnings)
{
    public bool IsEmpty => Series.Count == 0;

    /// <summary>Says that lines were left out, or null.</summary>
    public string? CapNote => TotalSeries > Series.Count
        ? $"The {Series.Count} largest of {TotalSeries:N0} series are drawn. Filter or group by fewer tags to see the others."
        : null;

    /// <summary>Puts frames over the same grid into one chart.</summary>
    public static ChartFrame Merge(IReadOnlyList<ChartFrame> frames)
    {
        ArgumentOutOfRangeException.ThrowIfZero(frames.Count);
        return frames.Count == 1
            ? frames[0]
            : frames[0] with
            {
                Series = [.. frames.SelectMany(static f => f.Series)],
                TotalSeries = frames.Sum(static f => f.TotalSeries),
                Warnings = [.. frames.SelectMany(static f => f.Warnings).Distinct()],
            };
    }
}

/// <summary>One line.</summary>
/// <param name="Name">As the legend shows it; from data, so never markup.</param>
/// <param name="Tags">The group's tags.</param>
/// <param name="Values">One a bucket of the frame; NaN where there is nothing.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<Tag> Tags, double[] Values)
{
    /// <summary>Last, smallest, mean and largest of the values that are there; NaN when there are none.</summary>
    public SeriesSummary Summarize()
    {
        double last = double.NaN, min = double.NaN, max = double.NaN, sum = 0;
        var count = 0;
        foreach (var value in Values)
        {
            if (double.IsNaN(value))
            {
                continue;
            }

            last = value;
            min = count == 0 ? value : Math.Min(min, value);
            max = count == 0 ? value : Math.Max(max, value);
            sum += value;
            count++;
        }

        return new SeriesSummary(last, min, count == 0 ? double.NaN : sum / count, max, count);
    }
}

/// <summary>A line in figures.</summary>
public readonly record struct SeriesSummary(double Last, double Min, double Mean, double Max, int Points);
