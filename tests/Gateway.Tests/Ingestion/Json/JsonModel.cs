using System.Text.Json;
using Metrics.Core.Model;

namespace Metrics.Gateway.Tests.Ingestion.Json;

/// <summary>The rules of a JSON body, written plainly over System.Text.Json: slow, and with nothing to get wrong.</summary>
internal static class JsonModel
{
    /// <summary>Null for a body that is refused whole; else each element's point, or null for a refused one.</summary>
    public static IReadOnlyList<(string Series, long TimestampMs, ulong Bits)?>? Read(byte[] body, long nowMs)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 5, AllowDuplicateProperties = true });
        }
        catch (JsonException)
        {
            return null;
        }

        using (document)
        {
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Array => [.. document.RootElement.EnumerateArray().Select(e => TextOrNull(e, nowMs))],
                JsonValueKind.Object => [TextOrNull(document.RootElement, nowMs)],
                _ => null,
            };
        }
    }

    private static (string, long, ulong)? TextOrNull(JsonElement element, long nowMs)
    {
        try
        {
            return Element(element, nowMs);
        }
        catch (InvalidOperationException)
        {
            // A string that is no valid UTF-8.
            return null;
        }
    }

    private static (string, long, ulong)? Element(JsonElement element, long nowMs)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var fields = element.EnumerateObject().ToList();
        if (fields.DistinctBy(f => f.Name).Count() != fields.Count
            || fields.Any(f => f.Name is not ("metric" or "tags" or "timestamp" or "value")))
        {
            return null;
        }

        var byName = fields.ToDictionary(f => f.Name, f => f.Value);
        if (!byName.TryGetValue("metric", out var metric) || metric.ValueKind != JsonValueKind.String
            || !byName.TryGetValue("value", out var value) || value.ValueKind != JsonValueKind.Number
            || !double.IsFinite(value.GetDouble())
            || Timestamp(byName, nowMs) is not { } timestamp
            || Tags(byName) is not { } tags)
        {
            return null;
        }

        return SeriesKey.TryCreate(metric.GetString()!, tags, new ModelLimits(), out var key, out _)
            ? (key.ToString(), timestamp, BitConverter.DoubleToUInt64Bits(value.GetDouble()))
            : null;
    }

    private static long? Timestamp(Dictionary<string, JsonElement> fields, long nowMs)
    {
        if (!fields.TryGetValue("timestamp", out var timestamp) || timestamp.ValueKind == JsonValueKind.Null)
        {
            return nowMs;
        }

        if (timestamp.ValueKind != JsonValueKind.Number || !timestamp.TryGetDecimal(out var number) || Math.Abs(number) >= 1e14m)
        {
            return null;
        }

        return (long)Math.Round(Math.Abs(number) >= 1e11m ? number : number * 1000, MidpointRounding.AwayFromZero);
    }

    private static Tag[]? Tags(Dictionary<string, JsonElement> fields)
    {
        if (!fields.TryGetValue("tags", out var tags) || tags.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        return tags.ValueKind == JsonValueKind.Object && tags.EnumerateObject().All(t => t.Value.ValueKind == JsonValueKind.String)
            ? [.. tags.EnumerateObject().Select(t => new Tag(t.Name, t.Value.GetString()!))]
            : null;
    }
}
