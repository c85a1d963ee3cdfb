namespace Metrics.Silo.SelfMonitoring.Linux;

/// <summary><c>host.cpu.utilization</c>: percent of all cores' time since the last tick, by mode; the modes add up to 100.</summary>
internal sealed class CpuSource : IMonitorSource, IDisposable
{
    // The first line is all that is wanted; on a large machine the file goes on for a long while.
    private readonly ProcFile _file;
    private readonly MonitoredSeries[] _series;
    private long[] _previous = new long[CpuTimes.Modes.Length];
    private long[] _current = new long[CpuTimes.Modes.Length];
    private bool _primed;

    public CpuSource(ProcRoot root, HostSeries series)
    {
        _file = new ProcFile(root.Combine("proc/stat"), maxBytes: 4096);
        _series = Array.ConvertAll(CpuTimes.Modes, mode => series.Of("host.cpu.utilization", "mode", mode));
    }

    public void Collect(in Tick tick, SampleSink sink)
    {
        if (!CpuTimes.TryParse(_file.Read(), _current))
        {
            return;
        }

        if (_primed)
        {
            Record(sink);
        }

        _primed = true;
        (_previous, _current) = (_current, _previous);
    }

    public void Dispose() => _file.Dispose();

    private void Record(SampleSink sink)
    {
        var total = 0L;
        for (var i = 0; i < _current.Length; i++)
        {
            // iowait may go backwards by a tick: proc(5) says not to rely on it.
            total += Math.Max(0, _current[i] - _previous[i]);
        }

        for (var i = 0; total > 0 && i < _current.Length; i++)
        {
            sink.Add(_series[i], 100.0 * Math.Max(0, _current[i] - _previous[i]) / total);
        }
    }
}
