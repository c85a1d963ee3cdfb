namespace Metrics.Silo.SelfMonitoring.Runtime;

/// <summary>
/// <c>metrics.gc.heap_bytes</c> (managed objects, garbage not yet collected included) and <c>metrics.gc.pause_percent</c>
/// (of the time since the last tick).
/// </summary>
internal sealed class GcSource(HostSeries series) : IMonitorSource
{
    private readonly MonitoredSeries _heap = series.Of("metrics.gc.heap_bytes");
    private readonly MonitoredSeries _pause = series.Of("metrics.gc.pause_percent");
    private double _previousSeconds;

    public void Collect(in Tick tick, SampleSink sink)
    {
        // It has been seen below zero in the middle of a collection; such a figure is none.
        var heap = GC.GetTotalMemory(forceFullCollection: false);
        sink.Add(_heap, heap > 0 ? heap : null);
        var seconds = GC.GetTotalPauseDuration().TotalSeconds;
        sink.Add(_pause, tick.Rate(_previousSeconds, seconds) * 100);
        _previousSeconds = seconds;
    }
}
