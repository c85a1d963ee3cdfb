using System.Text.Json;
using Metrics.Gateway.Problems;
using Metrics.Gateway.Query;
using Metrics.Grains.Interfaces.Storage;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Storage;

/// <summary>Reads a retention policy: <c>{"metric":"debug.*","tags":{"env":"dev"},"raw":"7d","1m":"30d","expectedSeries":12}</c>.</summary>
internal sealed class RetentionPolicyParser(IOptions<QueryApiOptions> options)
{
    private const int MaxNameLength = 100;

    private const long ShortestMs = 3_600_000;
    private const long LongestMs = 36_500L * 24 * ShortestMs;

    private static readonly string[] Fields = ["metric", "tags", "raw", "1m", "1h", "1d", Confirmation.Field];

    /// <exception cref="ApiException">Names the field at fault.</exception>
    public (RetentionPolicyRule Policy, long? ExpectedSeries) Parse(string name, JsonElement body)
    {
        if (name.Length > MaxNameLength || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw ApiException.BadField("name", $"must be 1 to {MaxNameLength} letters, digits, '-', '_' or '.'");
        }

        if (name.Equals("default", StringComparison.OrdinalIgnoreCase))
        {
            throw ApiException.BadField("name", "is \"default\", which stands for what holds without a policy; choose another one");
        }

        var fields = JsonFields.Object(body, null, "a retention policy", Fields);
        var metric = fields.TryGetValue("metric", out var pattern) ? JsonFields.String(pattern, "metric") : "*";
        if (metric.Length == 0)
        {
            throw ApiException.BadField("metric", "is empty; leave it out for every metric");
        }

        var tags = fields.TryGetValue("tags", out var conditions) ? TagMatcherParser.Parse(conditions, options.Value.MaxPatternLength) : [];
        var policy = new RetentionPolicyRule(
            name, metric, [.. tags], Length(fields, "raw"), Length(fields, "1m"), Length(fields, "1h"), Length(fields, "1d"));
        if (policy is { RawMs: null, MinuteMs: null, HourMs: null, DayMs: null })
        {
            throw ApiException.BadField("raw", "is missing, and so are 1m, 1h and 1d: the policy would change nothing");
        }

        return (policy, fields.TryGetValue(Confirmation.Field, out var expected) ? Confirmation.Parse(expected) : null);
    }

    private static long? Length(Dictionary<string, JsonElement> fields, string field)
    {
        if (!fields.TryGetValue(field, out var element) || element.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return DurationText.TryParse(JsonFields.String(element, field), out var milliseconds) && milliseconds is >= ShortestMs and <= LongestMs
            ? milliseconds
            : throw ApiException.BadField(field, $"must be {DurationText.Form}, 1 h to 36,500 days");
    }
}
