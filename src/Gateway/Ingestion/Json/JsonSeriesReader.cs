using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Metrics.Core.Model;

namespace Metrics.Gateway.Ingestion.Json;

/// <summary>Reads metric and tags into a key: once for a series, not once for a point.</summary>
internal static class JsonSeriesReader
{
    // A byte of text takes at most six in JSON: \u0041.
    private const int MaxEscape = 6;
    private const int ShownKeyLength = 40;

    /// <param name="metric">A JSON string, with its quotes; known to be well-formed.</param>
    /// <param name="tags">A JSON object, with its braces; known to be well-formed; empty for none.</param>
    /// <param name="limits">What is allowed.</param>
    /// <param name="key">The key, when true is returned.</param>
    /// <param name="problem">The field at fault, when false is returned.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> metric,
        ReadOnlySpan<byte> tags,
        ModelLimits limits,
        [NotNullWhen(true)] out SeriesKey? key,
        out FieldProblem problem)
    {
        key = null;
        var reader = new Utf8JsonReader(metric);
        reader.Read();
        if (!TryText(ref reader, "metric", limits.MaxMetricNameBytes, out var name, out problem))
        {
            return false;
        }

        return TryTags(tags, limits, out var array, out problem)
            && SeriesKey.TryCreate(name, array, limits, out key, out problem);
    }

    private static bool TryTags(ReadOnlySpan<byte> json, ModelLimits limits, out Tag[] tags, out FieldProblem problem)
    {
        tags = [];
        problem = default;
        if (json.IsEmpty)
        {
            return true;
        }

        var list = new List<Tag>();
        var count = 0;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!TryText(ref reader, "tags", limits.MaxTagKeyBytes, out var key, out problem))
            {
                problem = problem with { Reason = "has a key that " + problem.Reason };
                return false;
            }

            var field = $"tags.{(key.Length <= ShownKeyLength ? key : key[..ShownKeyLength] + "…")}";
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                problem = new(field, "is not a string");
                return false;
            }

            if (!TryText(ref reader, field, limits.MaxTagValueBytes, out var value, out problem))
            {
                return false;
            }

            // Tags beyond the limit are counted for the message, not kept.
            count += value.Length == 0 ? 0 : 1;
            if (count <= limits.MaxTags)
            {
                list.Add(new Tag(key, value));
            }
        }

        if (count > limits.MaxTags)
        {
            problem = new("tags", $"has {count} tags; at most {limits.MaxTags} are allowed");
            return false;
        }

        tags = [.. list];
        return true;
    }

    private static bool TryText(ref Utf8JsonReader reader, string field, int maxBytes, out string text, out FieldProblem problem)
    {
        text = "";
        problem = default;
        if (reader.ValueSpan.Length > (long)maxBytes * MaxEscape)
        {
            problem = new(field, $"is longer than {maxBytes} bytes");
            return false;
        }

        try
        {
            text = reader.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            problem = new(field, "is not valid UTF-8 text");
            return false;
        }
    }
}
