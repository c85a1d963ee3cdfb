namespace Metrics.Core.Cardinality;

/// <summary>How many series there are, where they are, and what was refused.</summary>
/// <param name="Series">Live series in all.</param>
/// <param name="MaxSeries">How many may be.</param>
/// <param name="MaxSeriesPerMetric">How many one metric may have.</param>
/// <param name="Refused">New series refused since the process started; one that is sent again counts again.</param>
/// <param name="TopMetrics">The metrics with the most series, most first.</param>
/// <param name="RefusedMetrics">The metrics refused lately, the last one first.</param>
public sealed record CardinalityReport(
    int Series,
    int MaxSeries,
    int MaxSeriesPerMetric,
    long Refused,
    IReadOnlyList<MetricSeriesCount> TopMetrics,
    IReadOnlyList<RefusedMetric> RefusedMetrics);

/// <summary>A metric and its live series.</summary>
public sealed record MetricSeriesCount(string Metric, int Series);

/// <summary>A metric whose new series are refused.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Series">Its live series.</param>
/// <param name="Limit">The limit met.</param>
/// <param name="Refused">How many of its new series were refused.</param>
/// <param name="LastRefused">When the last one was.</param>
/// <param name="Tags">Its tags with the most distinct values, most first: the first is the one that exploded. Empty when the metric has no series.</param>
/// <param name="Examples">Values of that tag in a few refused series, cut to 100 characters.</param>
/// <param name="Reason">A sentence for people: what limit, and which tag.</param>
public sealed record RefusedMetric(
    string Metric,
    int Series,
    Admission Limit,
    long Refused,
    DateTimeOffset LastRefused,
    IReadOnlyList<TagCardinality> Tags,
    IReadOnlyList<string> Examples,
    string Reason);

/// <summary>A tag key and how many distinct values a metric's series have for it.</summary>
public sealed record TagCardinality(string Key, int Values);
