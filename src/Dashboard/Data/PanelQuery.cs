using Metrics.Core.Query;

namespace Metrics.Dashboard.Data;

/// <summary>What a panel asks for; the range is the page's.</summary>
/// <param name="Metric">The metric's name.</param>
/// <param name="Aggregation">What each bucket is reduced to.</param>
/// <param name="Filters">All must hold.</param>
/// <param name="GroupBy">Tag keys: one line a set of values.</param>
/// <param name="Label">What its lines are called; null for the group's tag values. With groups it comes after them: "eth0 received".</param>
/// <param name="Interval">Bucket length; null for automatic.</param>
/// <param name="MaxSeries">Lines drawn at most; those with the largest values stay.</param>
public sealed record PanelQuery(
    string Metric,
    Aggregation Aggregation,
    IReadOnlyList<TagMatcher> Filters,
    IReadOnlyList<string> GroupBy,
    string? Label = null,
    TimeSpan? Interval = null,
    int MaxSeries = PanelQuery.DefaultMaxSeries)
{
    /// <summary>More lines than this cannot be told apart.</summary>
    public const int DefaultMaxSeries = 50;
}
