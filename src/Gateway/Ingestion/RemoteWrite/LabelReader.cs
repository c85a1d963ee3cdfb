using System.Diagnostics.CodeAnalysis;
using System.Text;
using Metrics.Core.Model;

namespace Metrics.Gateway.Ingestion.RemoteWrite;

/// <summary>Reads a series' labels into a key: once for a series, not once for a sample.</summary>
internal static class LabelReader
{
    private const uint NameTag = (1 << 3) | ProtobufReader.Bytes;
    private const uint ValueTag = (2 << 3) | ProtobufReader.Bytes;
    private const string MetricLabel = "__name__";
    private const int ShownKeyLength = 40;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="labels">Label fields, their messages not yet looked into.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="limits">What is allowed.</param>
    /// <param name="key">The key; null when the labels are refused.</param>
    /// <param name="problem">Why they are.</param>
    /// <returns>False when a label is not valid protobuf.</returns>
    public static bool TryRead(ReadOnlySpan<byte> labels, int count, ModelLimits limits, out SeriesKey? key, out FieldProblem problem)
    {
        key = null;
        problem = default;
        string? metric = null;
        var tags = new List<Tag>(Math.Min(count, limits.MaxTags));
        FieldProblem? found = count > limits.MaxTags + 1
            ? new("labels", $"has {count} labels; at most {limits.MaxTags} besides {MetricLabel} are allowed")
            : null;

        var reader = new ProtobufReader(labels);
        while (!reader.AtEnd)
        {
            if (!reader.TryReadTag(out _) || !reader.TryReadBytes(out var label) || !TrySplit(label, out var nameBytes, out var valueBytes))
            {
                return false;
            }

            if (found is not null)
            {
                continue;
            }

            if (!TryText(nameBytes, limits.MaxTagKeyBytes, out var name, out var reason))
            {
                found = new("labels", "has a name that " + reason);
            }
            else if (!TryText(valueBytes, Math.Max(limits.MaxTagValueBytes, limits.MaxMetricNameBytes), out var value, out reason))
            {
                found = new($"labels.{(name.Length <= ShownKeyLength ? name : name[..ShownKeyLength] + "…")}", reason);
            }
            else if (name != MetricLabel)
            {
                tags.Add(new Tag(name, value));
            }
            else if (metric is not null)
            {
                found = new("labels." + MetricLabel, "is given twice");
            }
            else
            {
                metric = value;
            }
        }

        found ??= metric is null ? new("labels", $"has no {MetricLabel}") : null;
        if (found is { } refused)
        {
            problem = refused;
            return true;
        }

        SeriesKey.TryCreate(metric!, [.. tags], limits, out key, out problem);
        return true;
    }

    private static bool TrySplit(ReadOnlySpan<byte> label, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = value = default;
        var reader = new ProtobufReader(label);
        while (!reader.AtEnd)
        {
            if (!reader.TryReadTag(out var tag))
            {
                return false;
            }

            if (!(tag == NameTag ? reader.TryReadBytes(out name) : tag == ValueTag ? reader.TryReadBytes(out value) : reader.TrySkip(tag)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryText(ReadOnlySpan<byte> bytes, int maxBytes, out string text, [NotNullWhen(false)] out string? reason)
    {
        text = "";
        reason = null;
        if (bytes.Length > maxBytes)
        {
            reason = $"is longer than {maxBytes} bytes";
            return false;
        }

        try
        {
            text = Strict.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            reason = "is not valid UTF-8";
            return false;
        }
    }
}
