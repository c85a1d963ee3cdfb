namespace Metrics.Silo.SelfMonitoring.Instruments;

/// <summary>The server's own figures, by <see cref="ServerMetrics.Table"/>.</summary>
internal sealed class InstrumentSource(InstrumentReader reader, HostSeries series) : IMonitorSource
{
    private readonly MonitoredSeries[] _series = Array.ConvertAll(ServerMetrics.Table, row => series.Of(row.Metric));

    public void Collect(in Tick tick, SampleSink sink) =>
        reader.Read(tick, static (to, row, figure) => to.Sink.Add(to.Series[row], figure), (Sink: sink, Series: _series));
}
