using Metrics.Core.Query;

namespace Metrics.Dashboard.Data;

/// <summary>Turns a panel's query and a picked range into a plan with absolute times.</summary>
public static class QueryPlanner
{
    /// <exception cref="QueryRefusedException">The interval does not fit the range.</exception>
    public static QueryPlan Plan(PanelQuery query, TimeRange range, DateTimeOffset now)
    {
        var (fromMs, toMs) = range.Resolve(now);
        var length = TimeSpan.FromMilliseconds(toMs - fromMs);
        var interval = query.Interval ?? BucketInterval.Auto(length);
        if (BucketInterval.Problem(interval, length) is { } problem)
        {
            throw new QueryRefusedException(problem);
        }

        // The first bucket is whole, so that it means the same as its neighbours and does not move at each refresh.
        var stepMs = (long)interval.TotalMilliseconds;
        var alignedFrom = Floor(fromMs, stepMs);
        if (range.IsLive && GrowsWithItsBucket(query.Aggregation.Kind) && Floor(toMs, stepMs) > alignedFrom)
        {
            // A bucket that is still filling would look like a collapse at the right edge.
            toMs = Floor(toMs, stepMs);
        }

        return new QueryPlan(
            new SeriesSelector(query.Metric, query.Filters), query.Aggregation, alignedFrom, toMs, stepMs, query.GroupBy);
    }

    /// <summary>Whether a bucket's result gets larger the more of the bucket has passed.</summary>
    private static bool GrowsWithItsBucket(AggregationKind kind) =>
        kind is AggregationKind.Sum or AggregationKind.Count or AggregationKind.Rate or AggregationKind.Increase;

    private static long Floor(long value, long step) => value - (((value % step) + step) % step);
}
