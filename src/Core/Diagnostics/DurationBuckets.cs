using System.Diagnostics.Metrics;

namespace Metrics.Core.Diagnostics;

/// <summary>
/// Histogram buckets for durations in seconds. Without the advice an exporter has those that OpenTelemetry meant for milliseconds, whose
/// first ends at 5.
/// </summary>
public static class DurationBuckets
{
    /// <summary>For queries: 0.5 ms to 30 s.</summary>
    public static InstrumentAdvice<double> Queries { get; } = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    /// <summary>For writes and flushes: 10 µs to 2.5 s.</summary>
    public static InstrumentAdvice<double> Disk { get; } = new()
    {
        HistogramBucketBoundaries =
            [0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    };
}
