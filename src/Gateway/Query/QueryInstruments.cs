using System.Diagnostics.Metrics;
using Metrics.Core.Diagnostics;

namespace Metrics.Gateway.Query;

/// <summary>How long questions take and what becomes of them.</summary>
internal sealed class QueryInstruments
{
    public const string MeterName = "Metrics.Gateway.Query";

    private readonly Histogram<double> _duration;

    public QueryInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _duration = meter.CreateHistogram(
            "metrics.api.query.duration",
            "s",
            "Time from a question's arrival at the edge to the cluster's answer, waiting included.",
            advice: DurationBuckets.Queries);
    }

    /// <param name="operation"><c>query</c>, <c>metrics</c>, <c>tags</c>, <c>values</c> or <c>series</c>.</param>
    /// <param name="outcome"><c>ok</c> or <c>error</c>.</param>
    /// <param name="elapsed">The time it took.</param>
    public void Record(string operation, string outcome, TimeSpan elapsed) =>
        _duration.Record(elapsed.TotalSeconds, new("operation", operation), new("outcome", outcome));
}
