using System.Text.Json;
using Metrics.Core.Query;
using Metrics.Gateway.Problems;
using Metrics.Gateway.Query;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Storage;

/// <summary>Reads a deletion from a query string (as a listing has it, with a range) or from JSON (as a query has it).</summary>
internal sealed class DeletionRequestParser(ListRequestParser lists, IOptions<QueryApiOptions> options)
{
    private static readonly string[] Fields = ["metric", "tags", "from", "to", Confirmation.Field];

    /// <exception cref="ApiException">Names the parameter at fault.</exception>
    public DeletionRequest Parse(QueryString query, long nowMs)
    {
        string? from = null, to = null, expected = null;
        var rest = QueryString.Empty;
        foreach (var pair in new QueryStringEnumerable(query.Value))
        {
            var (name, value) = (pair.DecodeName().ToString(), pair.DecodeValue().ToString());
            switch (name)
            {
                case "from":
                    Once(ref from, name, value);
                    break;
                case "to":
                    Once(ref to, name, value);
                    break;
                case Confirmation.Field:
                    Once(ref expected, name, value);
                    break;
                case "limit":
                    throw ApiException.BadField(name, "is not a parameter of a deletion: all that matches is deleted");
                case "metric" or "match":
                case var _ when name.StartsWith("tag.", StringComparison.Ordinal):
                    rest = rest.Add(name, value);
                    break;
                default:
                    var shown = Suggestion.Shorten(name);
                    throw ApiException.BadField(shown, "is not a parameter of a deletion; it takes metric, match, tag.<key>, from, to, expectedSeries");
            }
        }

        return Create(
            lists.Parse(rest, takesPrefix: false).Selector,
            from is null ? null : TimeField.Parse(from, "from", nowMs),
            to is null ? null : TimeField.Parse(to, "to", nowMs),
            expected is null ? null : Confirmation.Parse(expected));
    }

    /// <exception cref="ApiException">Names the field at fault.</exception>
    public DeletionRequest Parse(JsonElement body, long nowMs)
    {
        var fields = JsonFields.Object(body, null, "a deletion", Fields);
        var metric = fields.TryGetValue("metric", out var name) ? JsonFields.String(name, "metric") : null;
        if (metric?.Length == 0)
        {
            throw ApiException.BadField("metric", "is empty; leave it out for every metric");
        }

        return Create(
            new SeriesSelector(metric, fields.TryGetValue("tags", out var tags) ? TagMatcherParser.Parse(tags, options.Value.MaxPatternLength) : []),
            fields.TryGetValue("from", out var from) ? TimeField.Parse(from, "from", nowMs) : null,
            fields.TryGetValue("to", out var to) ? TimeField.Parse(to, "to", nowMs) : null,
            fields.TryGetValue(Confirmation.Field, out var expected) ? Confirmation.Parse(expected) : null);
    }

    private static DeletionRequest Create(SeriesSelector selector, long? fromMs, long? toMs, long? expected)
    {
        if (selector.Metric is null && selector.Matchers.Count == 0)
        {
            throw ApiException.BadField("metric", "and conditions on tags are both missing: that would be every series there is; name a metric or a tag");
        }

        return fromMs >= toMs
            ? throw ApiException.BadField("from", "is not before to")
            : new DeletionRequest(selector, fromMs ?? long.MinValue, toMs ?? long.MaxValue, expected);
    }

    private static void Once(ref string? slot, string name, string value) =>
        slot = slot is null ? value : throw ApiException.BadField(name, "is given twice");
}
