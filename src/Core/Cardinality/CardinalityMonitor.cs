using System.Globalization;

namespace Metrics.Core.Cardinality;

/// <summary>Says in words, and on a status page, what the limits refused and whose fault it is. Thread-safe.</summary>
public sealed class CardinalityMonitor
{
    private const int TopMetricCount = 20;

    private readonly CardinalityLimiter _limiter;
    private readonly TagCensus _census;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private MetricSeriesCount? _largest;
    private DateTimeOffset _largestUntil;

    public CardinalityMonitor(CardinalityLimiter limiter, ITagIndexSource source, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(limiter);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(time);
        _limiter = limiter;
        _time = time;
        _census = new TagCensus(source, time);
    }

    /// <summary>
    /// The sentence for a refusal, as in <c>metric a.b has 200000 series, the most that Metrics:Cardinality:MaxSeriesPerMetric allows;
    /// its tag 'user_id' has 198123 values</c>. Cheap enough for every refused request: the counts behind it may be some seconds old.
    /// </summary>
    public string Describe(Admission admission, string metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        if (admission == Admission.Admitted)
        {
            throw new ArgumentException("Nothing was refused.", nameof(admission));
        }

        if (admission == Admission.TooManySeriesOfMetric)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"metric {metric} has {_limiter.SeriesOf(metric)} series, the most that {CardinalityOptions.Section}:{nameof(CardinalityOptions.MaxSeriesPerMetric)} allows{TagOf(metric)}");
        }

        var sentence = string.Create(
            CultureInfo.InvariantCulture,
            $"there are {_limiter.Series} series, the most that {CardinalityOptions.Section}:{nameof(CardinalityOptions.MaxSeries)} allows");
        return Largest() is { } largest
            ? string.Create(CultureInfo.InvariantCulture, $"{sentence}; metric {largest.Metric} has {largest.Series} of them{TagOf(largest.Metric)}")
            : sentence;
    }

    /// <summary>The state at this moment; the counts of tag values may be some seconds old.</summary>
    public CardinalityReport Report() => new(
        _limiter.Series,
        _limiter.MaxSeries,
        _limiter.MaxSeriesPerMetric,
        _limiter.Refused,
        _limiter.TopMetrics(TopMetricCount),
        [.. _limiter.Refusals().Select(ToRefusedMetric)]);

    private RefusedMetric ToRefusedMetric(Refusal refusal)
    {
        var tags = _census.TagsOf(refusal.Metric);
        var examples =
            from example in refusal.Examples
            from tag in example
            where tags.Count == 0 || tag.Key == tags[0].Key
            select tag.Value;
        return new RefusedMetric(
            refusal.Metric,
            _limiter.SeriesOf(refusal.Metric),
            refusal.Limit,
            refusal.Count,
            refusal.Last,
            tags,
            [.. examples.Distinct().Take(RefusalLog.MaxExamples)],
            Describe(refusal.Limit, refusal.Metric));
    }

    private MetricSeriesCount? Largest()
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            if (now >= _largestUntil)
            {
                _largest = _limiter.TopMetrics(1) is [var largest] ? largest : null;
                _largestUntil = now + TagCensus.KeepFor;
            }

            return _largest;
        }
    }

    private string TagOf(string metric) => _census.TagsOf(metric) is [var worst, ..]
        ? string.Create(CultureInfo.InvariantCulture, $"; its tag '{worst.Key}' has {worst.Values} values")
        : "";
}
