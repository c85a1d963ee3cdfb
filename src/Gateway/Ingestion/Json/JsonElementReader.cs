using System.Text;
using System.Text.Json;
using Metrics.Core.Model;

namespace Metrics.Gateway.Ingestion.Json;

/// <summary>The full way through an element: every rule of JSON, and a reason for everything that is refused.</summary>
internal static class JsonElementReader
{
    /// <summary>Body, element, tags, and two more so that a nested tag can be named; deeper is refused as a whole.</summary>
    public const int MaxDepth = 5;

    private const int ShownNameLength = 40;

    // A reader that has just passed the array's opening bracket: each element is read from its own first byte.
    private static readonly JsonReaderState InsideArray = StateInsideArray();

    /// <summary>Reads the element that starts at <paramref name="start"/>, to its end even when something in it is refused.</summary>
    /// <param name="body">The whole body.</param>
    /// <param name="start">The element's first byte.</param>
    /// <param name="point">Its pieces; <see cref="JsonPoint.End"/> is always right.</param>
    /// <param name="problem">The first thing wrong with it, when false is returned.</param>
    /// <exception cref="JsonException">The body is not JSON.</exception>
    public static bool TryRead(ReadOnlySpan<byte> body, int start, out JsonPoint point, out FieldProblem problem)
    {
        point = default;
        FieldProblem? found = null;
        var reader = new Utf8JsonReader(body[start..], isFinalBlock: true, InsideArray);
        if (!reader.Read() || reader.TokenType == JsonTokenType.EndArray)
        {
            throw new JsonException("a point is missing");
        }

        if (reader.TokenType == JsonTokenType.StartObject)
        {
            found = ReadProperties(ref reader, start, ref point);
        }
        else
        {
            found = new("element", "is not an object");
            reader.Skip();
        }

        point.End = start + (int)reader.BytesConsumed;
        problem = found ?? default;
        return found is null;
    }

    private static FieldProblem? ReadProperties(ref Utf8JsonReader reader, int start, ref JsonPoint point)
    {
        FieldProblem? found = null;
        bool metric = false, tags = false, timestamp = false, value = false;
        for (var ordinal = 1; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; ordinal++)
        {
            if (IsNamed(ref reader, "metric"u8))
            {
                found ??= Twice(ref metric, "metric");
                reader.Read();
                found ??= reader.TokenType == JsonTokenType.String ? null : new("metric", "is not a string");
                point.MetricStart = start + (int)reader.TokenStartIndex;
                reader.Skip();
                point.MetricEnd = start + (int)reader.BytesConsumed;
                point.MetricOrdinal = ordinal;
            }
            else if (IsNamed(ref reader, "tags"u8))
            {
                found ??= Twice(ref tags, "tags");
                reader.Read();
                found ??= ReadTags(ref reader, start, ref point);
                reader.Skip();
                point.TagsEnd = point.TagsStart == 0 ? 0 : start + (int)reader.BytesConsumed;
                point.TagsOrdinal = ordinal;
            }
            else if (IsNamed(ref reader, "timestamp"u8))
            {
                found ??= Twice(ref timestamp, "timestamp");
                reader.Read();
                found ??= ReadTimestamp(ref reader, ref point);
                reader.Skip();
            }
            else if (IsNamed(ref reader, "value"u8))
            {
                found ??= Twice(ref value, "value");
                reader.Read();
                found ??= ReadValue(ref reader, ref point);
                reader.Skip();
            }
            else
            {
                found ??= new(Shown(ref reader), "is not a field of a point: metric, tags, timestamp and value are");
                reader.Read();
                reader.Skip();
            }
        }

        return found ?? (!metric ? new("metric", "is missing") : !value ? new("value", "is missing") : null);
    }

    // Half a surrogate pair makes the reader throw; no field that is known has any.
    private static bool IsNamed(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) =>
        !(reader.ValueIsEscaped && (reader.ValueSpan.IndexOf("\\ud"u8) >= 0 || reader.ValueSpan.IndexOf("\\uD"u8) >= 0))
        && reader.ValueTextEquals(name);

    private static FieldProblem? Twice(ref bool seen, string field)
    {
        var twice = seen;
        seen = true;
        return twice ? new(field, "is given twice") : null;
    }

    private static FieldProblem? ReadTags(ref Utf8JsonReader reader, int start, ref JsonPoint point)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                point.TagsStart = start + (int)reader.TokenStartIndex;
                return null;
            case JsonTokenType.Null:
                return null;
            default:
                return new("tags", "is not an object of strings");
        }
    }

    private static FieldProblem? ReadTimestamp(ref Utf8JsonReader reader, ref JsonPoint point)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.Number)
        {
            return new("timestamp", "is not a number of epoch seconds");
        }

        point.HasTimestamp = true;
        return EpochTimestamp.TryRead(reader.ValueSpan, out point.TimestampMs)
            ? null
            : new("timestamp", EpochTimestamp.OutOfRange);
    }

    private static FieldProblem? ReadValue(ref Utf8JsonReader reader, ref JsonPoint point)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            return new("value", "is not a number");
        }

        return AsciiNumber.TryReadJson(reader.ValueSpan, out point.Value, out _) && double.IsFinite(point.Value)
            ? null
            : new("value", "is not finite");
    }

    private static string Shown(ref Utf8JsonReader reader)
    {
        var name = Encoding.UTF8.GetString(reader.ValueSpan);
        return name.Length <= ShownNameLength ? name : name[..ShownNameLength] + "…";
    }

    private static JsonReaderState StateInsideArray()
    {
        var options = new JsonReaderOptions { MaxDepth = MaxDepth };
        var reader = new Utf8JsonReader("["u8, isFinalBlock: false, new JsonReaderState(options));
        reader.Read();
        return reader.CurrentState;
    }
}
