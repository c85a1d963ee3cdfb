namespace Metrics.Core.Query;

/// <summary>Which series: those of a metric (or of every metric, when null) that satisfy every matcher.</summary>
/// <param name="Metric">The exact metric name, or null for any.</param>
/// <param name="Matchers">All must hold.</param>
public sealed record SeriesSelector(string? Metric, IReadOnlyList<TagMatcher> Matchers)
{
    public static readonly SeriesSelector All = new(null, []);
}

/// <summary>How a tag is compared.</summary>
public enum MatchKind
{
    /// <summary>The value is the one given; an empty one means that the tag is absent.</summary>
    Equal,

    /// <summary>The value is another, or the tag is absent.</summary>
    NotEqual,

    /// <summary>The whole value matches the regular expression; so does an absent tag if the expression matches the empty string.</summary>
    Regex,

    /// <summary>The opposite of <see cref="Regex"/>.</summary>
    NotRegex,

    /// <summary>The value is one of those given.</summary>
    In,

    /// <summary>The tag is there, whatever its value.</summary>
    Has,
}

/// <summary>One condition on one tag.</summary>
/// <param name="Key">The tag's key.</param>
/// <param name="Kind">The comparison.</param>
/// <param name="Values">One value for all kinds but <see cref="MatchKind.In"/> (one or more) and <see cref="MatchKind.Has"/> (none).</param>
public sealed record TagMatcher(string Key, MatchKind Kind, IReadOnlyList<string> Values)
{
    public static TagMatcher Equal(string key, string value) => new(key, MatchKind.Equal, [value]);

    public static TagMatcher NotEqual(string key, string value) => new(key, MatchKind.NotEqual, [value]);

    public static TagMatcher Regex(string key, string pattern) => new(key, MatchKind.Regex, [pattern]);

    public static TagMatcher NotRegex(string key, string pattern) => new(key, MatchKind.NotRegex, [pattern]);

    public static TagMatcher In(string key, params string[] values) => new(key, MatchKind.In, values);

    public static TagMatcher Has(string key) => new(key, MatchKind.Has, []);
}
