using Metrics.Core.Query;

namespace Metrics.Dashboard.Units;

/// <summary>The unit of a metric by the customs of naming.</summary>
public static class UnitGuess
{
    /// <summary>The unit of an aggregation of a metric; <see cref="Unit.Number"/> when the name says nothing.</summary>
    public static Unit For(string metric, AggregationKind aggregation)
    {
        var unit = OfName(metric);
        return aggregation switch
        {
            AggregationKind.Count => Unit.Number,
            AggregationKind.Rate when unit == Unit.Bytes => Unit.BytesPerSecond,
            AggregationKind.Rate when unit == Unit.Number => Unit.PerSecond,
            // Seconds a second and the like have no better name.
            AggregationKind.Rate => Unit.Number,
            _ => unit,
        };
    }

    private static Unit OfName(string metric)
    {
        var perSecond = Ends(metric, "per_second");
        if (perSecond)
        {
            return metric.Contains("bytes", StringComparison.OrdinalIgnoreCase) ? Unit.BytesPerSecond : Unit.PerSecond;
        }

        return metric switch
        {
            _ when Ends(metric, "bytes") || Ends(metric, "bytes_total") => Unit.Bytes,
            _ when Ends(metric, "percent") || Ends(metric, "utilization") => Unit.Percent,
            _ when Ends(metric, "_ms") || Ends(metric, ".ms") || Ends(metric, "milliseconds") => Unit.Milliseconds,
            _ when Ends(metric, "seconds") || Ends(metric, "seconds_total") => Unit.Seconds,
            _ => Unit.Number,
        };
    }

    private static bool Ends(string metric, string suffix) => metric.EndsWith(suffix, StringComparison.OrdinalIgnoreCase);
}
