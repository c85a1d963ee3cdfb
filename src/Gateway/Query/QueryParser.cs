using System.Text.Json;
using Metrics.Core.Query;
using Metrics.Gateway.Problems;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Query;

/// <summary>Turns the JSON of a query into a plan with absolute times.</summary>
internal sealed class QueryParser(IOptions<QueryApiOptions> options)
{
    public const int MaxGroupBy = 16;

    private static readonly string[] Fields = ["metric", "aggregation", "tags", "from", "to", "interval", "groupBy", "limit", "explain"];

    private readonly QueryApiOptions _options = options.Value;

    /// <param name="query">The object.</param>
    /// <param name="nowMs">What "now" means in it.</param>
    /// <exception cref="ApiException">Names the field at fault.</exception>
    public QueryPlan Parse(JsonElement query, long nowMs)
    {
        var fields = JsonFields.Object(query, null, "a query", Fields);
        var metric = JsonFields.String(Required(fields, "metric", "as in \"http.request.latency\""), "metric");
        if (metric.Length == 0)
        {
            throw ApiException.BadField("metric", "is empty");
        }

        var aggregation = ParseAggregation(Required(fields, "aggregation", "as in \"avg\" or \"p99\""));
        foreach (var (name, value) in fields)
        {
            // Typed clients write null for what they leave out.
            if (value.ValueKind == JsonValueKind.Null)
            {
                fields.Remove(name);
            }
        }

        var matchers = fields.TryGetValue("tags", out var tags) ? TagMatcherParser.Parse(tags, _options.MaxPatternLength) : [];
        var toMs = fields.TryGetValue("to", out var to) ? TimeField.Parse(to, "to", nowMs) : nowMs;
        var fromMs = fields.TryGetValue("from", out var from)
            ? TimeField.Parse(from, "from", nowMs)
            : Math.Max(0, toMs - (long)_options.DefaultRange.TotalMilliseconds);
        if (fromMs >= toMs)
        {
            throw ApiException.BadField("from", fields.ContainsKey("to") ? "is not before to" : "is not before now, which is what to is when it is left out");
        }

        var interval = fields.TryGetValue("interval", out var length) ? ParseInterval(length, fromMs, toMs) : (long?)null;
        var groupBy = fields.TryGetValue("groupBy", out var keys) ? ParseGroupBy(keys) : [];
        var limit = fields.TryGetValue("limit", out var number) ? ParseLimit(number) : _options.MaxGroups;
        var explain = fields.TryGetValue("explain", out var wanted) && ParseExplain(wanted);
        return new QueryPlan(
            new SeriesSelector(metric, matchers), aggregation, fromMs, toMs, interval, groupBy, groupBy.Length > 0 ? limit : null, explain);
    }

    private static JsonElement Required(Dictionary<string, JsonElement> fields, string name, string example) =>
        fields.TryGetValue(name, out var value) ? value : throw ApiException.BadField(name, $"is missing; give one, {example}");

    private static Aggregation ParseAggregation(JsonElement element)
    {
        var text = JsonFields.String(element, "aggregation");
        if (Aggregation.TryParse(text, out var aggregation))
        {
            return aggregation;
        }

        string[] names = [.. Enum.GetValues<AggregationKind>()
            .Where(static kind => kind != AggregationKind.Quantile)
            .Select(static kind => new Aggregation(kind).ToString())];
        throw ApiException.BadField(
            "aggregation",
            $"is \"{Suggestion.Shorten(text)}\"{Suggestion.DidYouMean(text, names)}; "
            + $"it must be one of {string.Join(", ", names)}, or a percentile from p0 to p100 such as p99 or p99.9");
    }

    private long ParseInterval(JsonElement element, long fromMs, long toMs)
    {
        long intervalMs;
        if (element.ValueKind == JsonValueKind.Number)
        {
            var milliseconds = element.TryGetDouble(out var seconds) ? Math.Round(seconds * 1000, 3) : double.NaN;
            intervalMs = milliseconds is >= 1 and <= DurationText.MaxMs && milliseconds == Math.Truncate(milliseconds)
                ? (long)milliseconds
                : throw ApiException.BadField("interval", "must be a number of seconds from 0.001 to 100 years, in whole milliseconds");
        }
        else if (!DurationText.TryParse(JsonFields.String(element, "interval"), out intervalMs))
        {
            throw ApiException.BadField("interval", $"must be {DurationText.Form}, or a number of seconds");
        }

        if (intervalMs == 0)
        {
            throw ApiException.BadField("interval", "is zero; leave it out for one value over the whole range");
        }

        // Buckets are aligned to the epoch, so that the first and the last may stick out of the range.
        var buckets = ((toMs - 1) / intervalMs) - (fromMs / intervalMs) + 1;
        return buckets <= _options.MaxBuckets
            ? intervalMs
            : throw new ApiException(ApiFailure.BadField(
                "interval", $"divides the range into {buckets} buckets; at most {_options.MaxBuckets} are allowed, so lengthen it or shorten the range") with
            {
                Limit = $"{QueryApiOptions.Section}:{nameof(QueryApiOptions.MaxBuckets)}",
            });
    }

    private static string[] ParseGroupBy(JsonElement element)
    {
        var keys = JsonFields.Strings(element, "groupBy", MaxGroupBy);
        for (var i = 1; i < keys.Length; i++)
        {
            if (Array.IndexOf(keys, keys[i], 0, i) >= 0)
            {
                throw ApiException.BadField($"groupBy[{i}]", "is given twice");
            }
        }

        return keys;
    }

    private static bool ParseExplain(JsonElement element) => element.ValueKind is JsonValueKind.True or JsonValueKind.False
        ? element.GetBoolean()
        : throw ApiException.BadField("explain", $"is {JsonFields.KindOf(element)}; it must be true or false");

    private int ParseLimit(JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var limit) && limit >= 1 && limit <= _options.MaxGroups
            ? limit
            : throw ApiException.BadField("limit", $"must be a whole number from 1 to {_options.MaxGroups}");
}
