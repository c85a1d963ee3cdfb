using Metrics.Core.Model;
using Metrics.Core.Query;

namespace Metrics.Core.Tests.Query;

/// <summary>A series as lists: its tags, its samples in any order (the last of a timestamp counts), its distributions.</summary>
internal sealed record ModelSeries(
    SeriesKey Key, IReadOnlyList<(long AtMs, double Value)> Samples, IReadOnlyList<(long AtMs, double[] Values)> Distributions)
{
    public List<(long AtMs, double Value)> Ordered => [.. Samples
        .GroupBy(static s => s.AtMs)
        .Select(static g => g.Last())
        .Where(static s => !double.IsNaN(s.Value))
        .OrderBy(static s => s.AtMs)];
}

/// <summary>The answer to a plan, computed from lists.</summary>
internal static class QueryModel
{
    /// <summary>A line for each group and bucket: the group's tags, the bucket's start, the value.</summary>
    public static List<(string Group, long StartMs, double Value)> Evaluate(QueryPlan plan, IEnumerable<ModelSeries> series)
    {
        var answer = new List<(string, long, double)>();
        var groups = series
            .GroupBy(s => string.Join('\n', plan.GroupBy.Select(k => s.Key.ValueOf(k) ?? "")))
            .OrderBy(static g => g.Key, StringComparer.Ordinal);
        foreach (var group in groups)
        {
            var members = group.ToList();
            var name = Describe(plan.GroupBy.Select(k => (k, members[0].Key.ValueOf(k))));
            foreach (var start in Starts(plan))
            {
                var from = Math.Max(start, plan.FromMs);
                var to = plan.IntervalMs is { } interval ? Math.Min(start + interval, plan.ToMs) : plan.ToMs;
                if (Reduce(plan.Aggregation, members, from, to) is { } value)
                {
                    answer.Add((name, start, value));
                }
            }
        }

        return answer;
    }

    public static List<(string Group, long StartMs, double Value)> Flatten(QueryPlan plan, QueryResult result) =>
    [
        .. result.Groups.SelectMany(g => g.TimestampsMs.Select((t, i) => (
            Describe(plan.GroupBy.Select(k => (k, g.Tags.Where(x => x.Key == k).Select(static x => x.Value).FirstOrDefault()))), t, g.Values[i]))),
    ];

    /// <summary>The quantile by definition: between the neighbours of rank q·(n − 1).</summary>
    public static double Quantile(IEnumerable<double> values, double quantile)
    {
        var sorted = values.Order().ToArray();
        var rank = quantile * (sorted.Length - 1);
        var low = sorted[(int)Math.Floor(rank)];
        var high = sorted[(int)Math.Ceiling(rank)];
        var fraction = rank - Math.Floor(rank);
        return fraction == 0 || low == high ? low : (low * (1 - fraction)) + (high * fraction);
    }

    private static string Describe(IEnumerable<(string Key, string? Value)> tags) => string.Join(',', tags.Select(static t => $"{t.Key}={t.Value}"));

    private static IEnumerable<long> Starts(QueryPlan plan)
    {
        if (plan.IntervalMs is not { } interval)
        {
            yield return plan.FromMs;
            yield break;
        }

        for (var start = (long)Math.Floor((double)plan.FromMs / interval) * interval; start < plan.ToMs; start += interval)
        {
            yield return start;
        }
    }

    private static double? Reduce(Aggregation aggregation, List<ModelSeries> series, long fromMs, long toMs)
    {
        bool IsIn(long at) => at >= fromMs && at < toMs;
        if (aggregation.Kind is AggregationKind.Increase or AggregationKind.Rate)
        {
            if (!series.Exists(s => s.Ordered.Exists(p => IsIn(p.AtMs))))
            {
                return null;
            }

            var increase = series.Sum(s => s.Ordered.Zip(s.Ordered.Skip(1))
                .Where(p => IsIn(p.Second.AtMs))
                .Sum(p => p.Second.Value < p.First.Value ? p.Second.Value : p.Second.Value - p.First.Value));
            return aggregation.Kind == AggregationKind.Increase ? increase : increase / ((toMs - fromMs) / 1000.0);
        }

        var points = series.SelectMany(s => s.Ordered).Where(p => IsIn(p.AtMs)).ToList();
        var distributions = series.SelectMany(static s => s.Distributions).Where(d => IsIn(d.AtMs)).ToList();
        var values = points.Select(static p => p.Value).Concat(distributions.SelectMany(static d => d.Values)).ToList();
        if (values.Count == 0)
        {
            return null;
        }

        var lasts = points.Concat(distributions.Select(static d => (d.AtMs, Value: d.Values.Average()))).ToList();
        return aggregation.Kind switch
        {
            AggregationKind.Avg => values.Sum() / values.Count,
            AggregationKind.Sum => values.Sum(),
            AggregationKind.Min => values.Min(),
            AggregationKind.Max => values.Max(),
            AggregationKind.Count => values.Count,
            AggregationKind.Last => lasts.Where(l => l.AtMs == lasts.Max(static x => x.AtMs)).Max(static l => l.Value),
            _ => Quantile(values, aggregation.Quantile),
        };
    }
}
