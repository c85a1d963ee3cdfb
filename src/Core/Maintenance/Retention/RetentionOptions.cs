namespace Metrics.Core.Maintenance.Retention;

/// <summary>How long data is kept, by resolution, and for which series otherwise: <c>Metrics:Retention</c>.</summary>
public sealed class RetentionOptions
{
    public const string Section = "Metrics:Retention";

    /// <summary>Samples as they came. Default: 365 days. Range: 1 h to 36,500 days.</summary>
    public TimeSpan Raw { get; set; } = TimeSpan.FromDays(365);

    /// <summary>Rows of one minute. Default: 90 days. Range: 1 h to 36,500 days.</summary>
    public TimeSpan Minute { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Rows of one hour. Default: 365 days. Range: 1 h to 36,500 days.</summary>
    public TimeSpan Hour { get; set; } = TimeSpan.FromDays(365);

    /// <summary>Rows of one day. Default: 1095 days. Range: 1 h to 36,500 days.</summary>
    public TimeSpan Day { get; set; } = TimeSpan.FromDays(1095);

    /// <summary>Exceptions; of those that fit a series the first holds. Default: none. Range: up to 1,000.</summary>
    public IList<RetentionPolicySettings> Policies { get; set; } = [];
}

/// <summary>An exception as it is written in the settings. What is left out is as for all other series.</summary>
public sealed class RetentionPolicySettings
{
    /// <summary>For people; unique.</summary>
    public string Name { get; set; } = "";

    /// <summary>A metric's name, in which <c>*</c> stands for any characters; empty for every metric.</summary>
    public string Metric { get; set; } = "";

    /// <summary>Tag keys and values; a value that begins with <c>~</c> is a regular expression for the whole of the tag's value.</summary>
    public IDictionary<string, string> Tags { get; set; } = new Dictionary<string, string>();

    public TimeSpan? Raw { get; set; }
    public TimeSpan? Minute { get; set; }
    public TimeSpan? Hour { get; set; }
    public TimeSpan? Day { get; set; }

    internal RetentionPolicy ToPolicy() => new(
        Name,
        Metric.Length == 0 ? null : Metric,
        [.. Tags.OrderBy(static t => t.Key, StringComparer.Ordinal).Select(static t => t.Value.StartsWith('~')
            ? Query.TagMatcher.Regex(t.Key, t.Value[1..])
            : Query.TagMatcher.Equal(t.Key, t.Value))],
        Raw,
        Minute,
        Hour,
        Day);
}
