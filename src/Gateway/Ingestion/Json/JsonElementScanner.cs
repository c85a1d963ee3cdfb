using System.Runtime.CompilerServices;

namespace Metrics.Gateway.Ingestion.Json;

/// <summary>
/// The fast way through an element: finds its pieces without looking inside the strings. It only ever claims what a look-up
/// confirms: the bytes it takes for metric and tags count when the very same bytes have been read in full before
/// (<see cref="JsonElementReader"/>); everything that is not plain is left to that reader.
/// </summary>
internal static class JsonElementScanner
{
    // Windows of the searches, so that a hostile body cannot have every element searched to the body's end.
    private const int MaxMetricBytes = 4096;
    private const int MaxTagsBytes = 16 * 1024;
    private const int MaxCandidates = 16;

    /// <summary>Scans the element that starts at <paramref name="start"/>.</summary>
    /// <returns>False when it is not plain: read it in full. Nothing is said about whether it is valid.</returns>
    public static bool TryScan(ReadOnlySpan<byte> body, int start, out JsonPoint point)
    {
        point = default;
        if ((uint)start >= (uint)body.Length || body[start] != '{')
        {
            return false;
        }

        var i = start + 1;
        var hasValue = false;
        for (var ordinal = 1; ; ordinal++)
        {
            i = SkipSpace(body, i);
            var rest = body[i..];
            var ok = false;
            if (rest.StartsWith("\"metric\""u8))
            {
                ok = point.MetricEnd == 0 && TryColon(body, i + 8, out i) && TryMetric(body, ref i, ref point);
                point.MetricOrdinal = ordinal;
            }
            else if (rest.StartsWith("\"tags\""u8))
            {
                ok = point.TagsEnd == 0 && TryColon(body, i + 6, out i) && TryTags(body, ref i, ref point);
                point.TagsOrdinal = ordinal;
            }
            else if (rest.StartsWith("\"timestamp\""u8))
            {
                ok = !point.HasTimestamp && TryColon(body, i + 11, out i) && TryTimestamp(body, ref i, ref point);
                point.HasTimestamp = true;
            }
            else if (rest.StartsWith("\"value\""u8))
            {
                ok = !hasValue && TryColon(body, i + 7, out i) && TryValue(body, ref i, ref point);
                hasValue = true;
            }

            if (!ok)
            {
                return false;
            }

            i = SkipSpace(body, i);
            if ((uint)i >= (uint)body.Length)
            {
                return false;
            }

            if (body[i] == '}')
            {
                point.End = i + 1;
                return hasValue && point.MetricEnd != 0;
            }

            if (body[i++] != ',')
            {
                return false;
            }
        }
    }

    /// <summary>The first byte from <paramref name="i"/> on that is not JSON white space, or the body's length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SkipSpace(ReadOnlySpan<byte> body, int i)
    {
        while ((uint)i < (uint)body.Length && IsSpace(body[i]))
        {
            i++;
        }

        return i;
    }

    private static bool IsSpace(byte b) => b <= ' ' && b is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';

    private static bool TryColon(ReadOnlySpan<byte> body, int i, out int next)
    {
        next = SkipSpace(body, i);
        if ((uint)next >= (uint)body.Length || body[next] != ':')
        {
            return false;
        }

        next = SkipSpace(body, next + 1);
        return next < body.Length;
    }

    private static bool TryMetric(ReadOnlySpan<byte> body, ref int i, ref JsonPoint point)
    {
        if (body[i] != '"')
        {
            return false;
        }

        var window = body[(i + 1)..];
        window = window.Length > MaxMetricBytes ? window[..MaxMetricBytes] : window;
        var quote = window.IndexOfAny((byte)'"', (byte)'\\');
        if (quote < 0 || window[quote] != '"')
        {
            return false;
        }

        point.MetricStart = i;
        i += quote + 2;
        point.MetricEnd = i;
        return true;
    }

    // The object's end is guessed at: a brace with what comes before and after an object's end around it. A brace inside a
    // string can look like that, but the bytes up to it are no object, and so were never remembered.
    private static bool TryTags(ReadOnlySpan<byte> body, ref int i, ref JsonPoint point)
    {
        if (body[i] != '{')
        {
            return false;
        }

        var window = body[i..];
        window = window.Length > MaxTagsBytes ? window[..MaxTagsBytes] : window;
        var end = 0;
        for (var candidate = 0; candidate < MaxCandidates; candidate++)
        {
            var brace = window[end..].IndexOf((byte)'}');
            if (brace < 0)
            {
                return false;
            }

            end += brace + 1;
            if (end < window.Length && IsAroundEnd(window[end - 2], window[end]))
            {
                point.TagsStart = i;
                i += end;
                point.TagsEnd = i;
                return true;
            }
        }

        return false;
    }

    private static bool IsAroundEnd(byte before, byte after) =>
        (before is (byte)'"' or (byte)'{' || IsSpace(before)) && (after is (byte)',' or (byte)'}' || IsSpace(after));

    private static bool TryTimestamp(ReadOnlySpan<byte> body, ref int i, ref JsonPoint point)
    {
        var rest = body[i..];
        if (!AsciiNumber.TryReadJson(rest, out _, out var length) || !EpochTimestamp.TryRead(rest[..length], out point.TimestampMs))
        {
            return false;
        }

        i += length;
        return true;
    }

    private static bool TryValue(ReadOnlySpan<byte> body, ref int i, ref JsonPoint point)
    {
        if (!AsciiNumber.TryReadJson(body[i..], out point.Value, out var length) || !double.IsFinite(point.Value))
        {
            return false;
        }

        i += length;
        return true;
    }
}
