using Metrics.Core.Cardinality;

namespace Metrics.Grains.Ingestion;

/// <summary>What the limits kept out of one message, with a sentence for each metric at fault.</summary>
internal sealed class IngestRefusals(CardinalityMonitor cardinality)
{
    /// <summary>A sentence counts tag values: a message that explodes many metrics at once gets this many of them.</summary>
    private const int MaxSentences = 16;

    private readonly Dictionary<(Admission Limit, string Metric), int> _numbers = [];

    public List<RefusedSeries> Series { get; } = [];

    public List<RefusalReason> Reasons { get; } = [];

    public void Add(int number, Admission limit, string metric)
    {
        // The limit of the silo has one sentence, whatever the metric.
        var about = limit == Admission.TooManySeriesOfMetric && _numbers.Count < MaxSentences ? metric : "";
        if (!_numbers.TryGetValue((limit, metric), out var reason) && !_numbers.TryGetValue((limit, about), out reason))
        {
            reason = Reasons.Count;
            _numbers.Add((limit, about), reason);
            Reasons.Add(new RefusalReason(limit == Admission.TooManySeriesOfMetric, Describe(limit, about)));
        }

        Series.Add(new RefusedSeries(number, reason));
    }

    private string Describe(Admission limit, string metric) => limit == Admission.TooManySeriesOfMetric && metric.Length == 0
        ? $"the metric has as many series as {CardinalityOptions.Section}:{nameof(CardinalityOptions.MaxSeriesPerMetric)} allows"
        : cardinality.Describe(limit, metric);
}
