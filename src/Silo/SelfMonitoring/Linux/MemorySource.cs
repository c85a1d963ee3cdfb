namespace Metrics.Silo.SelfMonitoring.Linux;

/// <summary><c>host.memory.*</c>, in bytes.</summary>
internal sealed class MemorySource(ProcRoot root, HostSeries series) : IMonitorSource, IDisposable
{
    private readonly ProcFile _file = new(root.Combine("proc/meminfo"));
    private readonly MonitoredSeries _used = series.Of("host.memory.used_bytes");
    private readonly MonitoredSeries _total = series.Of("host.memory.total_bytes");
    private readonly MonitoredSeries _available = series.Of("host.memory.available_bytes");

    public void Collect(in Tick tick, SampleSink sink)
    {
        if (MemoryInfo.TryParse(_file.Read(), out var memory))
        {
            sink.Add(_used, memory.Used);
            sink.Add(_total, memory.Total);
            sink.Add(_available, memory.Available);
        }
    }

    public void Dispose() => _file.Dispose();
}
