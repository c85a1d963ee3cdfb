namespace Metrics.Silo.SelfMonitoring.Linux;

/// <summary><c>host.disk.*_bytes_per_second</c> of each whole disk.</summary>
internal sealed class DiskSource : IMonitorSource, IDisposable
{
    /// <summary>Kinds that are no disks, or whose bytes are counted again at the disks below them.</summary>
    private static readonly string[] NotDisks = ["loop", "ram", "zram", "sr", "fd", "dm-", "md"];

    private readonly ProcFile _file;
    private readonly DeviceRates _rates;

    public DiskSource(ProcRoot root, HostSeries series)
    {
        _file = new ProcFile(root.Combine("proc/diskstats"));
        _rates = new DeviceRates(
            series,
            "device",
            "host.disk.read_bytes_per_second",
            "host.disk.write_bytes_per_second",
            device => IsWholeDisk(root, device));
    }

    public void Collect(in Tick tick, SampleSink sink)
    {
        var reader = new FieldReader(_file.Read());
        while (reader.TryReadLine(out var line))
        {
            if (DiskCounters.TryParseLine(line, out var device, out var read, out var written))
            {
                _rates.Record(device, read, written, tick, sink);
            }
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Partitions have no folder of their own in <c>/sys/block</c>; a slash in a name is a <c>!</c> there.</summary>
    private static bool IsWholeDisk(ProcRoot root, string device) =>
        !Array.Exists(NotDisks, kind => device.StartsWith(kind, StringComparison.Ordinal))
        && Directory.Exists(root.Combine($"sys/block/{device.Replace('/', '!')}"));
}
