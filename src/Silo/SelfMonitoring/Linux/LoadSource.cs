using System.Buffers.Text;

namespace Metrics.Silo.SelfMonitoring.Linux;

/// <summary><c>host.load1</c>: runnable and blocked tasks, averaged over a minute.</summary>
internal sealed class LoadSource(ProcRoot root, HostSeries series) : IMonitorSource, IDisposable
{
    private readonly ProcFile _file = new(root.Combine("proc/loadavg"));
    private readonly MonitoredSeries _load1 = series.Of("host.load1");

    /// <summary>The first figure of <c>/proc/loadavg</c>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out double load1)
    {
        load1 = 0;
        var reader = new FieldReader(text);
        return reader.TryReadField(out var field) && Utf8Parser.TryParse(field, out load1, out var used) && used == field.Length;
    }

    public void Collect(in Tick tick, SampleSink sink)
    {
        if (TryParse(_file.Read(), out var load1))
        {
            sink.Add(_load1, load1);
        }
    }

    public void Dispose() => _file.Dispose();
}
