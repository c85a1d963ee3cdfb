using Metrics.Core.Diagnostics;
using Metrics.Core.Wal;

namespace Metrics.Silo.SelfMonitoring.Instruments;

/// <summary>Which instruments the server records under which names.</summary>
internal static class ServerMetrics
{
    private const string Engine = EngineInstruments.MeterName;

    /// <summary>The meter of the edges, which is theirs to name.</summary>
    private const string Edges = "Metrics.Ingestion";

    /// <summary>Rows of the same metric are added up.</summary>
    public static readonly InstrumentMapping[] Table =
    [
        new(Engine, "metrics.engine.samples", "metrics.ingest.samples_per_second", InstrumentReading.PerSecond),
        new(Engine, "metrics.engine.rejected", "metrics.ingest.rejected_per_second", InstrumentReading.PerSecond),
        new(Edges, "metrics.ingest.rejected", "metrics.ingest.rejected_per_second", InstrumentReading.PerSecond),
        new(Edges, "metrics.statsd.refused_samples", "metrics.ingest.rejected_per_second", InstrumentReading.PerSecond),
        new(Engine, "metrics.series.live", "metrics.series.live", InstrumentReading.Value),
        new(Engine, "metrics.samples.in_memory", "metrics.samples.in_memory", InstrumentReading.Value),
        new(Engine, "metrics.engine.query.duration", "metrics.query.per_second", InstrumentReading.PerSecond),
        new(Engine, "metrics.engine.query.duration", "metrics.query.p99_ms", InstrumentReading.P99, 1000),
        new(WalInstruments.MeterName, "wal.appended.bytes", "metrics.wal.bytes_per_second", InstrumentReading.PerSecond),
        new(Engine, "metrics.wal.size", "metrics.wal.size_bytes", InstrumentReading.Value),
    ];
}
