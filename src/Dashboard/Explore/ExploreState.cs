using System.Globalization;
using Metrics.Dashboard.Data;
using Microsoft.AspNetCore.WebUtilities;

namespace Metrics.Dashboard.Explore;

/// <summary>Everything that the Explore page shows, as its address carries it.</summary>
/// <param name="Metric">The metric, or null before one is picked.</param>
/// <param name="Aggregation">A name that <see cref="Core.Query.Aggregation.TryParse"/> reads.</param>
/// <param name="Filters">All must hold.</param>
/// <param name="GroupBy">Tag keys.</param>
/// <param name="Range">What time.</param>
/// <param name="Interval">Bucket length; null for automatic.</param>
/// <param name="ShowPoints">The table of points in place of the chart.</param>
public sealed record ExploreState(
    string? Metric,
    string Aggregation,
    IReadOnlyList<TagFilter> Filters,
    IReadOnlyList<string> GroupBy,
    TimeRange Range,
    TimeSpan? Interval,
    bool ShowPoints)
{
    public const string DefaultAggregation = "avg";

    public static readonly ExploreState Empty = new(null, DefaultAggregation, [], [], TimeRange.Default, null, false);

    /// <summary>The state that shows a panel's query.</summary>
    public static ExploreState Of(PanelQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return Empty with
        {
            Metric = query.Metric,
            Aggregation = query.Aggregation.ToString(),
            GroupBy = query.GroupBy,
            Filters = [.. query.Filters.Select(TagFilter.Of)],
        };
    }

    /// <summary>Reads an address; what it cannot read is left at its default and named in <paramref name="problems"/>.</summary>
    public static ExploreState Parse(string uri, out IReadOnlyList<string> problems)
    {
        var found = new List<string>();
        var start = uri.IndexOf('?', StringComparison.Ordinal);
        var query = QueryHelpers.ParseQuery(start < 0 ? "" : uri[start..].Split('#')[0]);
        string? One(string name) => query.TryGetValue(name, out var values) && values.Count > 0 && values[0] is { Length: > 0 } text ? text : null;

        var state = Empty with
        {
            Metric = One("metric"),
            GroupBy = query.TryGetValue("by", out var by) ? [.. by.Where(static key => !string.IsNullOrEmpty(key)).Distinct()!] : [],
            ShowPoints = One("view") == "points",
        };

        if (One("agg") is { } aggregation)
        {
            if (Core.Query.Aggregation.TryParse(aggregation, out var parsed))
            {
                state = state with { Aggregation = parsed.ToString() };
            }
            else
            {
                found.Add($"There is no aggregation “{aggregation}”; avg is used.");
            }
        }

        if (query.TryGetValue("tag", out var tags))
        {
            var filters = tags.Select(TagFilter.Decode).ToList();
            state = state with { Filters = [.. filters.Where(static f => f is not null).Select(static f => f!)] };
            if (filters.Contains(null))
            {
                found.Add("A tag filter in the address could not be read and is left out.");
            }
        }

        if (One("from") is not null || One("to") is not null || One("range") is not null)
        {
            var range = TimeRange.ParseAbsolute(One("from"), One("to")) ?? TimeRange.ParseRelative(One("range"));
            state = state with { Range = range ?? TimeRange.Default };
            if (range is null)
            {
                found.Add("The time range in the address could not be read; the last 15 minutes are shown.");
            }
        }

        if (One("interval") is { } interval && interval != "auto")
        {
            if (Durations.TryParse(interval, out var parsed))
            {
                state = state with { Interval = parsed };
            }
            else
            {
                found.Add($"“{interval}” is not an interval such as 10s, 1m or 1h; auto is used.");
            }
        }

        problems = found;
        return state;
    }

    /// <summary>The address that <see cref="Parse"/> reads back to this state.</summary>
    public string ToUri()
    {
        var parts = new List<KeyValuePair<string, string?>>();
        void Add(string name, string? value) => parts.Add(new(name, value));

        if (Metric is not null)
        {
            Add("metric", Metric);
        }

        if (Aggregation != DefaultAggregation)
        {
            Add("agg", Aggregation);
        }

        foreach (var filter in Filters)
        {
            Add("tag", filter.Encode());
        }

        foreach (var key in GroupBy)
        {
            Add("by", key);
        }

        if (!Range.IsLive)
        {
            Add("from", Range.From.ToString("yyyy-MM-ddTHH:mm:ss.FFFZ", CultureInfo.InvariantCulture));
            Add("to", Range.To.ToString("yyyy-MM-ddTHH:mm:ss.FFFZ", CultureInfo.InvariantCulture));
        }
        else if (Range != TimeRange.Default)
        {
            Add("range", Range.ToString());
        }

        if (Interval is { } interval)
        {
            Add("interval", Durations.Format(interval));
        }

        if (ShowPoints)
        {
            Add("view", "points");
        }

        return QueryHelpers.AddQueryString("/explore", parts);
    }

    /// <summary>The query, or null before a metric is picked.</summary>
    public PanelQuery? ToQuery() =>
        Metric is not null && Core.Query.Aggregation.TryParse(Aggregation, out var aggregation)
            ? new PanelQuery(Metric, aggregation, [.. Filters.Select(static filter => filter.ToMatcher())], GroupBy, Interval: Interval)
            : null;

    // Lists compare by what is in them: a state that says the same is the same.
    public bool Equals(ExploreState? other) => other is not null && ToUri() == other.ToUri();

    public override int GetHashCode() => ToUri().GetHashCode(StringComparison.Ordinal);
}
