namespace Metrics.Silo.SelfMonitoring.Runtime;

/// <summary>
/// <c>metrics.process.cpu_percent</c> (100 is one core busy for the whole interval, so that it may be more) and
/// <c>metrics.process.memory_bytes</c> (resident).
/// </summary>
internal sealed class ProcessSource(HostSeries series) : IMonitorSource
{
    private readonly MonitoredSeries _cpu = series.Of("metrics.process.cpu_percent");
    private readonly MonitoredSeries _memory = series.Of("metrics.process.memory_bytes");
    private double _previousSeconds;

    public void Collect(in Tick tick, SampleSink sink)
    {
        // Not supported where there are no processes to ask about; a silo does not run there.
        if (!OperatingSystem.IsIOS() && !OperatingSystem.IsTvOS() && !OperatingSystem.IsBrowser())
        {
            var seconds = Environment.CpuUsage.TotalTime.TotalSeconds;
            sink.Add(_cpu, tick.Rate(_previousSeconds, seconds) * 100);
            _previousSeconds = seconds;
        }

        sink.Add(_memory, Environment.WorkingSet);
    }
}
