using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Text;

namespace Metrics.Core.Model;

/// <summary>
/// What a series is: tenant, metric and tags sorted by key. Two keys are equal when their canonical
/// forms are the same bytes. Made once for a series, never once for a point.
/// </summary>
public sealed class SeriesKey : IEquatable<SeriesKey>
{
    /// <summary>The tenant that everything belongs to until there are several.</summary>
    public const string DefaultTenant = "default";

    private SeriesKey(string tenant, string metric, Tag[] tags)
    {
        Tenant = tenant;
        Metric = metric;
        Tags = tags;
        var buffer = new ArrayBufferWriter<byte>(256);
        WriteCanonical(buffer);
        Id = new SeriesId(XxHash128.HashToUInt128(buffer.WrittenSpan));
    }

    public string Tenant { get; }

    public string Metric { get; }

    /// <summary>Sorted by key (ordinal), keys unique, no empty value.</summary>
    public IReadOnlyList<Tag> Tags { get; }

    public SeriesId Id { get; }

    /// <summary>
    /// Checks and sorts. Tags with an empty value are dropped, as in the Prometheus data model.
    /// </summary>
    /// <param name="metric">The metric's name.</param>
    /// <param name="tags">In any order; the array is taken over and sorted in place.</param>
    /// <param name="limits">What is allowed.</param>
    /// <param name="key">The key, when true is returned.</param>
    /// <param name="problem">The field at fault and the reason, when false is returned.</param>
    public static bool TryCreate(
        string metric,
        Tag[] tags,
        ModelLimits limits,
        [NotNullWhen(true)] out SeriesKey? key,
        out FieldProblem problem)
    {
        ArgumentNullException.ThrowIfNull(tags);
        ArgumentNullException.ThrowIfNull(limits);
        key = null;
        if (string.IsNullOrEmpty(metric))
        {
            problem = new("metric", "is empty");
            return false;
        }

        if (!IsWithin(metric, limits.MaxMetricNameBytes))
        {
            problem = new("metric", $"is longer than {limits.MaxMetricNameBytes} bytes");
            return false;
        }

        if (HasControlCharacter(metric))
        {
            problem = new("metric", "contains a control character");
            return false;
        }

        if (Array.Exists(tags, static t => t.Value.Length == 0))
        {
            tags = Array.FindAll(tags, static t => t.Value.Length != 0);
        }

        if (tags.Length > limits.MaxTags)
        {
            problem = new("tags", $"has {tags.Length} tags; at most {limits.MaxTags} are allowed");
            return false;
        }

        Array.Sort(tags, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        for (var i = 0; i < tags.Length; i++)
        {
            var tag = tags[i];
            if (tag.Key.Length == 0)
            {
                problem = new("tags", "has an empty key");
                return false;
            }

            if (!IsWithin(tag.Key, limits.MaxTagKeyBytes))
            {
                problem = new("tags", $"has a key longer than {limits.MaxTagKeyBytes} bytes");
                return false;
            }

            if (HasControlCharacter(tag.Key))
            {
                problem = new("tags", "has a key with a control character");
                return false;
            }

            if (!IsWithin(tag.Value, limits.MaxTagValueBytes))
            {
                problem = new($"tags.{tag.Key}", $"is longer than {limits.MaxTagValueBytes} bytes");
                return false;
            }

            if (i > 0 && tags[i - 1].Key == tag.Key)
            {
                problem = new($"tags.{tag.Key}", "is given twice");
                return false;
            }
        }

        problem = default;
        key = new SeriesKey(DefaultTenant, metric, tags);
        return true;
    }

    /// <summary>A key from parts that are known to be good: the system's own metrics, tests, the index.</summary>
    /// <exception cref="ArgumentException">They are not; the message names the field.</exception>
    public static SeriesKey Create(string metric, params Tag[] tags)
    {
        var limits = new ModelLimits { MaxMetricNameBytes = 4096, MaxTags = 1024, MaxTagKeyBytes = 4096, MaxTagValueBytes = 65536 };
        return TryCreate(metric, tags, limits, out var key, out var problem)
            ? key
            : throw new ArgumentException($"{problem.Field} {problem.Reason}", nameof(metric));
    }

    /// <summary>A key from the parts of one that was a key before.</summary>
    internal static SeriesKey FromSorted(string tenant, string metric, Tag[] tags) => new(tenant, metric, tags);

    /// <summary>The value of a tag, or null.</summary>
    public string? ValueOf(string tagKey)
    {
        foreach (var tag in Tags)
        {
            if (tag.Key == tagKey)
            {
                return tag.Value;
            }
        }

        return null;
    }

    /// <summary>
    /// Writes the canonical form: tenant, metric, number of tags, then key and value of each; every string as its UTF-8
    /// length (LEB128) and bytes, so that no two keys share a form.
    /// </summary>
    public void WriteCanonical(IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        CanonicalForm.WriteString(destination, Tenant);
        CanonicalForm.WriteString(destination, Metric);
        CanonicalForm.WriteVarint(destination, (uint)Tags.Count);
        foreach (var tag in Tags)
        {
            CanonicalForm.WriteString(destination, tag.Key);
            CanonicalForm.WriteString(destination, tag.Value);
        }
    }

    /// <summary>The canonical form as an array of its own.</summary>
    public byte[] ToCanonical()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        WriteCanonical(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads what <see cref="WriteCanonical"/> wrote; false for anything else.</summary>
    public static bool TryParseCanonical(ReadOnlySpan<byte> canonical, [NotNullWhen(true)] out SeriesKey? key)
    {
        key = null;
        if (!CanonicalForm.TryReadString(ref canonical, out var tenant)
            || !CanonicalForm.TryReadString(ref canonical, out var metric)
            || !CanonicalForm.TryReadVarint(ref canonical, out var count)
            || count > canonical.Length)
        {
            return false;
        }

        var tags = new Tag[count];
        for (var i = 0; i < tags.Length; i++)
        {
            if (!CanonicalForm.TryReadString(ref canonical, out var tagKey)
                || !CanonicalForm.TryReadString(ref canonical, out var tagValue)
                || (i > 0 && string.CompareOrdinal(tags[i - 1].Key, tagKey) >= 0))
            {
                return false;
            }

            tags[i] = new Tag(tagKey, tagValue);
        }

        if (!canonical.IsEmpty)
        {
            return false;
        }

        key = new SeriesKey(tenant, metric, tags);
        return true;
    }

    public bool Equals(SeriesKey? other) =>
        other is not null && Id == other.Id && Tenant == other.Tenant && Metric == other.Metric && Tags.SequenceEqual(other.Tags);

    public override bool Equals(object? obj) => Equals(obj as SeriesKey);

    public override int GetHashCode() => Id.GetHashCode();

    /// <summary>As in <c>http.request.latency{method="GET",region="us-east-1"}</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Metric).Append('{');
        for (var i = 0; i < Tags.Count; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(Tags[i].Key).Append("=\"").Append(Tags[i].Value).Append('"');
        }

        return text.Append('}').ToString();
    }

    private static bool IsWithin(string text, int maxBytes) =>
        text.Length <= maxBytes && (text.Length * 3 <= maxBytes || Encoding.UTF8.GetByteCount(text) <= maxBytes);

    private static bool HasControlCharacter(string text) => text.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0;
}
