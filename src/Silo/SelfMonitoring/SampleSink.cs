using Metrics.Core.Ingestion;

namespace Metrics.Silo.SelfMonitoring;

/// <summary>Where the sources put their figures: the batch of the present tick.</summary>
internal sealed class SampleSink(ISampleBatch batch, long timestampMs)
{
    /// <summary>Adds a figure; one that is not a number is left out, and so is one that the engine refuses.</summary>
    public void Add(MonitoredSeries series, double value)
    {
        if (double.IsFinite(value) && batch.Add(series.WireKey, timestampMs, value) == AddResult.UnknownSeries)
        {
            batch.Add(series.WireKey, series.Key, timestampMs, value);
        }
    }

    /// <inheritdoc cref="Add(MonitoredSeries, double)"/>
    public void Add(MonitoredSeries series, double? value)
    {
        if (value is { } known)
        {
            Add(series, known);
        }
    }
}
