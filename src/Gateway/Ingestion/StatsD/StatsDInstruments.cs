using System.Diagnostics.Metrics;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>What the StatsD edge counts, in the meter <c>Metrics.Ingestion</c>.</summary>
internal sealed class StatsDInstruments
{
    public StatsDInstruments(IMeterFactory meters, StatsDAggregator aggregator)
    {
        var meter = meters.Create(IngestionInstruments.MeterName);
        Observe("packets", "{packet}", "Packets received.", static c => c.Packets);
        Observe("lines", "{line}", "Lines received, good or bad.", static c => c.Lines);
        Observe("bad_lines", "{line}", "Lines that could not be used.", static c => c.BadLines);
        Observe("unsupported_lines", "{line}", "Events and service checks.", static c => c.UnsupportedLines);
        Observe("dropped_lines", "{line}", "Lines beyond the limit of series.", static c => c.DroppedLines);
        Observe("dropped_values", "{value}", "Values beyond the limit of values held.", static c => c.DroppedValues);
        Observe("samples", "{sample}", "Samples written.", static c => c.Samples);
        Observe("dropped_samples", "{sample}", "Samples lost because the write path was unavailable.", static c => c.DroppedSamples);
        Observe("refused_samples", "{sample}", "Samples that the write path refused.", static c => c.RefusedSamples);
        meter.CreateObservableUpDownCounter("metrics.statsd.series", () => aggregator.SeriesCount, "{series}", "Series kept track of.");

        void Observe(string name, string unit, string description, Func<StatsDCounts, long> count) =>
            meter.CreateObservableCounter($"metrics.statsd.{name}", () => count(aggregator.Snapshot().Counts), unit, description);
    }
}
