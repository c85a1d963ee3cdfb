using Metrics.Core.Query;

namespace Metrics.Dashboard.Data;

/// <summary>Lays a query's answer out over the grid of its buckets.</summary>
public static class FrameBuilder
{
    private const string AbsentTag = "(none)";

    public static ChartFrame Build(PanelQuery query, QueryPlan plan, QueryResult result)
    {
        var stepMs = plan.IntervalMs ?? Math.Max(1, plan.ToMs - plan.FromMs);
        var timestamps = new long[checked((int)((plan.ToMs - plan.FromMs + stepMs - 1) / stepMs))];
        for (var i = 0; i < timestamps.Length; i++)
        {
            timestamps[i] = plan.FromMs + (i * stepMs);
        }

        var groups = result.Groups.Where(static g => g.TimestampsMs.Length > 0).ToList();
        var total = groups.Count;
        if (total > query.MaxSeries)
        {
            // The order of what stays is the order of the answer: a line keeps its place between refreshes.
            var largest = groups.OrderByDescending(static g => Largest(g.Values)).Take(query.MaxSeries).ToHashSet();
            groups = groups.FindAll(largest.Contains);
        }

        return new ChartFrame(
            plan.FromMs,
            plan.ToMs,
            stepMs,
            timestamps,
            [.. groups.Select(group => new ChartSeries(NameOf(query, group), group.Tags, Spread(group, plan.FromMs, stepMs, timestamps.Length)))],
            total,
            result.Warnings);
    }

    private static double[] Spread(QueryGroup group, long fromMs, long stepMs, int buckets)
    {
        var values = new double[buckets];
        Array.Fill(values, double.NaN);
        for (var i = 0; i < group.TimestampsMs.Length; i++)
        {
            var bucket = (group.TimestampsMs[i] - fromMs) / stepMs;
            if (bucket >= 0 && bucket < buckets && double.IsFinite(group.Values[i]))
            {
                values[bucket] = group.Values[i];
            }
        }

        return values;
    }

    private static double Largest(double[] values)
    {
        var largest = double.NegativeInfinity;
        foreach (var value in values)
        {
            largest = Math.Max(largest, double.IsNaN(value) ? largest : Math.Abs(value));
        }

        return largest;
    }

    private static string NameOf(PanelQuery query, QueryGroup group)
    {
        if (query.GroupBy.Count == 0)
        {
            return query.Label ?? $"{query.Aggregation}({query.Metric})";
        }

        string ValueOf(string key) => group.Tags.FirstOrDefault(tag => tag.Key == key).Value ?? AbsentTag;
        var values = query.GroupBy.Count == 1
            ? ValueOf(query.GroupBy[0])
            : string.Join(", ", query.GroupBy.Select(key => $"{key}={ValueOf(key)}"));
        return query.Label is null ? values : $"{values} {query.Label}";
    }
}
