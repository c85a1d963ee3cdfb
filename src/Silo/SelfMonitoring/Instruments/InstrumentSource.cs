namespace Metrics.Silo.SelfMonitoring.Instruments;

/// <summary>The server's own figures, by <see cref="ServerMetrics.Table"/>.</summary>
internal sealed class InstrumentSource(InstrumentReader reader, HostSeries series) : IMonitorSource
{
    private readonly MonitoredSeries[] _series = [.. reader.Metrics.Select(series.Of)];

    public void Collect(in Tick tick, SampleSink sink) =>
        reader.Read(tick, static (to, metric, figure) => to.Sink.Add(to.Series[metric], figure), (Sink: sink, Series: _series));
}
