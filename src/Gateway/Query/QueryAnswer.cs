using System.Text.Json;
using Metrics.Core.Query;

namespace Metrics.Gateway.Query;

/// <summary>Writes results of queries: <c>{"series":[…]}</c>, or <c>{"groups":[…]}</c> when the query grouped.</summary>
internal static class QueryAnswer
{
    private static readonly JsonEncodedText Series = JsonEncodedText.Encode("series");
    private static readonly JsonEncodedText Groups = JsonEncodedText.Encode("groups");
    private static readonly JsonEncodedText Tags = JsonEncodedText.Encode("tags");
    private static readonly JsonEncodedText Warnings = JsonEncodedText.Encode("warnings");
    private static readonly JsonEncodedText Partial = JsonEncodedText.Encode("partial");
    private static readonly JsonEncodedText Timestamp = JsonEncodedText.Encode("timestamp");
    private static readonly JsonEncodedText Value = JsonEncodedText.Encode("value");

    public static async Task WriteAsync(JsonAnswer answer, QueryPlan plan, QueryResult result)
    {
        var json = answer.Json;
        json.WriteStartObject();
        if (plan.GroupBy.Count == 0)
        {
            await WriteSeriesAsync(answer, result.Groups.Count > 0 ? result.Groups[0] : null);
        }
        else
        {
            json.WriteStartArray(Groups);
            foreach (var group in result.Groups)
            {
                json.WriteStartObject();
                json.WriteStartObject(Tags);
                foreach (var tag in group.Tags)
                {
                    json.WriteString(tag.Key, tag.Value);
                }

                json.WriteEndObject();
                await WriteSeriesAsync(answer, group);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (result.Partial)
        {
            json.WriteBoolean(Partial, true);
        }

        if (result.Warnings.Count > 0)
        {
            json.WriteStartArray(Warnings);
            foreach (var warning in result.Warnings)
            {
                json.WriteStringValue(warning);
            }

            json.WriteEndArray();
        }

        if (result.Explain is { } explain)
        {
            ExplainAnswer.Write(json, explain);
        }

        json.WriteEndObject();
    }

    /// <summary>Epoch seconds: whole ones without a point, others with as many digits as they need.</summary>
    internal static void WriteTimestamp(Utf8JsonWriter json, JsonEncodedText name, long epochMs)
    {
        if (epochMs % 1000 == 0)
        {
            json.WriteNumber(name, epochMs / 1000);
        }
        else
        {
            json.WriteNumber(name, epochMs / 1000m);
        }
    }

    private static async ValueTask WriteSeriesAsync(JsonAnswer answer, QueryGroup? group)
    {
        answer.Json.WriteStartArray(Series);
        for (var i = 0; i < (group?.TimestampsMs.Length ?? 0); i++)
        {
            WritePoint(answer.Json, group!.TimestampsMs[i], group.Values[i]);
            await answer.FlushIfLargeAsync();
        }

        answer.Json.WriteEndArray();
    }

    private static void WritePoint(Utf8JsonWriter json, long epochMs, double value)
    {
        json.WriteStartObject();
        WriteTimestamp(json, Timestamp, epochMs);
        if (double.IsFinite(value))
        {
            json.WriteNumber(Value, value);
        }
        else
        {
            // JSON has no number for it; the bucket is there, so leaving it out would say something else.
            json.WriteNull(Value);
        }

        json.WriteEndObject();
    }
}
