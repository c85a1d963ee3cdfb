using Metrics.Core.Query;
using Metrics.Dashboard.Data;
using Metrics.Dashboard.Units;

namespace Metrics.Dashboard.Overview;

/// <summary>What the overview shows: the metrics that the server records of its host and of itself.</summary>
public static class OverviewDefinition
{
    private const int LinesPerQuery = 10;

    // Without idle, the top of the stack is how busy the host is.
    private static readonly PanelQuery Cpu =
        Average("host.cpu.utilization", groupBy: "mode") with { Filters = [TagMatcher.NotEqual("mode", "idle")] };

    public static readonly IReadOnlyList<TileDefinition> Tiles =
    [
        new("ingest", "Ingest rate", Unit.PerSecond, Average("metrics.ingest.samples_per_second", "accepted")),
        new("series", "Live series", Unit.Number, Average("metrics.series.live", "series")),
        new("cpu", "CPU", Unit.Percent, Cpu),
        new("memory", "Memory used", Unit.Bytes, Average("host.memory.used_bytes", "used")),
        new("wal", "WAL", Unit.Bytes, Average("metrics.wal.size_bytes")),
        new("p99", "Query p99", Unit.Milliseconds, Average("metrics.query.p99_ms", "p99")),
    ];

    public static readonly IReadOnlyList<PanelDefinition> Panels =
    [
        new("cpu", "CPU by mode", Unit.Percent, [Cpu], Stacked: true),
        new("load", "Load, 1 min", Unit.Number, [Average("host.load1", "load")]),
        new("memory", "Memory", Unit.Bytes,
            [Average("host.memory.used_bytes", "used"), Average("host.memory.total_bytes", "total")]),
        new("network", "Network", Unit.BytesPerSecond,
            [
                Average("host.network.receive_bytes_per_second", "received", "interface"),
                Average("host.network.transmit_bytes_per_second", "sent", "interface"),
            ]),
        new("disk", "Disk", Unit.BytesPerSecond,
            [
                Average("host.disk.read_bytes_per_second", "read", "device"),
                Average("host.disk.write_bytes_per_second", "written", "device"),
            ]),
        new("ingest", "Ingest rate", Unit.PerSecond,
            [Average("metrics.ingest.samples_per_second", "accepted"), Average("metrics.ingest.rejected_per_second", "rejected")]),
        new("query", "Query latency, p99", Unit.Milliseconds, [Average("metrics.query.p99_ms", "p99")]),
        new("series", "Live series", Unit.Number, [Average("metrics.series.live", "series")]),
        new("samples", "Samples in memory", Unit.Number, [Average("metrics.samples.in_memory", "samples")]),
        new("wal", "Written to the WAL", Unit.BytesPerSecond, [Average("metrics.wal.bytes_per_second", "written")]),
        new("server-memory", "Server memory", Unit.Bytes,
            [Average("metrics.process.memory_bytes", "process"), Average("metrics.gc.heap_bytes", "GC heap")]),
        new("gc", "Server CPU and GC pauses", Unit.Percent,
            [Average("metrics.process.cpu_percent", "CPU"), Average("metrics.gc.pause_percent", "in GC pauses")]),
    ];

    private static PanelQuery Average(string metric, string? label = null, string? groupBy = null) =>
        new(metric, new Aggregation(AggregationKind.Avg), [], groupBy is null ? [] : [groupBy], label, MaxSeries: LinesPerQuery);
}
