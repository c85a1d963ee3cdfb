using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Core.Query.Evaluation;

namespace Metrics.Grains.Query;

/// <summary>
/// Percentiles hold the points of a bucket until it is done. A query over many is therefore answered some buckets at a time,
/// so that its memory does not grow with its range.
/// </summary>
internal static class QuerySlices
{
    /// <summary>32 MB of points.</summary>
    private const long SamplesPerSlice = 4_000_000;

    /// <summary>The plan cut at bucket borders, in time order.</summary>
    /// <param name="plan">With an interval.</param>
    /// <param name="samples">About how many samples it reads.</param>
    /// <param name="samplesPerSlice">About how many of them one slice may read.</param>
    public static List<QueryPlan> Of(QueryPlan plan, long samples, long samplesPerSlice = SamplesPerSlice)
    {
        var interval = plan.IntervalMs!.Value;
        var buckets = (plan.ToMs - plan.FromMs + interval - 1) / interval;
        var count = Math.Clamp((samples + samplesPerSlice - 1) / samplesPerSlice, 1, buckets);
        if (count == 1)
        {
            return [plan];
        }

        var length = (buckets + count - 1) / count * interval;
        var slices = new List<QueryPlan>();
        var start = plan.FromMs;
        while (start < plan.ToMs)
        {
            var aligned = start - (((start % interval) + interval) % interval);
            var end = Math.Min(plan.ToMs, aligned + length);
            slices.Add(plan with { FromMs = start, ToMs = end, Limit = null });
            start = end;
        }

        return slices;
    }

    /// <summary>The slices' answers as one.</summary>
    public static QueryResult Join(QueryPlan plan, List<QueryResult> parts, List<string> warnings)
    {
        if (parts.Count == 1)
        {
            return parts[0] with { Warnings = [.. warnings, .. parts[0].Warnings] };
        }

        warnings = [.. warnings, .. parts.SelectMany(static p => p.Warnings).Distinct()];

        var groups = parts
            .SelectMany(static p => p.Groups)
            .GroupBy(g => plan.GroupBy.Select(key => ValueOf(g.Tags, key)).ToArray(), TagValuesComparer.Instance)
            .OrderBy(static g => g.Key, TagValuesComparer.Instance)
            .Select(static g => new QueryGroup(
                g.First().Tags, [.. g.SelectMany(static p => p.TimestampsMs)], [.. g.SelectMany(static p => p.Values)]))
            .ToList();
        if (plan.Limit is { } limit && groups.Count > limit)
        {
            warnings.Add($"{groups.Count} groups match; the first {limit} by their tags are shown");
            groups.RemoveRange(limit, groups.Count - limit);
        }

        return new QueryResult(
            groups,
            warnings,
            parts.Exists(static p => p.Partial),
            plan.Explain ? new QueryExplain([.. parts.SelectMany(static p => p.Explain?.Parts ?? [])]) : null);
    }

    private static string ValueOf(IReadOnlyList<Tag> tags, string key)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == key)
            {
                return tag.Value;
            }
        }

        return "";
    }
}
