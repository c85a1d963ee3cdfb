using Metrics.Core.Diagnostics;

namespace Metrics.Silo.SelfMonitoring.Instruments;

/// <summary>Which instruments the server records under which names.</summary>
internal static class ServerMetrics
{
    private const string Wal = "Metrics.Core.Wal";

    public static readonly InstrumentMapping[] Table =
    [
        new(EngineInstruments.MeterName, "metrics.ingest.samples", "metrics.ingest.samples_per_second", InstrumentReading.PerSecond),
        new(EngineInstruments.MeterName, "metrics.ingest.rejected", "metrics.ingest.rejected_per_second", InstrumentReading.PerSecond),
        new(EngineInstruments.MeterName, "metrics.series.live", "metrics.series.live", InstrumentReading.Value),
        new(EngineInstruments.MeterName, "metrics.samples.in_memory", "metrics.samples.in_memory", InstrumentReading.Value),
        new(EngineInstruments.MeterName, "metrics.query.duration", "metrics.query.per_second", InstrumentReading.PerSecond),
        new(EngineInstruments.MeterName, "metrics.query.duration", "metrics.query.p99_ms", InstrumentReading.P99, 1000),
        new(Wal, "metrics.wal.written", "metrics.wal.bytes_per_second", InstrumentReading.PerSecond),
        new(Wal, "metrics.wal.size", "metrics.wal.size_bytes", InstrumentReading.Value),
    ];
}
