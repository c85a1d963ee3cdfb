namespace Metrics.Silo.SelfMonitoring.Linux;

/// <summary><c>host.network.*_bytes_per_second</c> of each interface that has ever carried something.</summary>
internal sealed class NetworkSource(ProcRoot root, HostSeries series) : IMonitorSource, IDisposable
{
    private readonly ProcFile _file = new(root.Combine("proc/net/dev"));

    // A container's end of a pair carries what its bridge carries, under a name that is new at each start.
    private readonly DeviceRates _rates = new(
        series,
        "interface",
        "host.network.receive_bytes_per_second",
        "host.network.transmit_bytes_per_second",
        static name => !name.StartsWith("veth", StringComparison.Ordinal));

    public void Collect(in Tick tick, SampleSink sink)
    {
        var reader = new FieldReader(_file.Read());
        while (reader.TryReadLine(out var line))
        {
            if (NetworkCounters.TryParseLine(line, out var name, out var received, out var sent) && (received | sent) != 0)
            {
                _rates.Record(name, received, sent, tick, sink);
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
