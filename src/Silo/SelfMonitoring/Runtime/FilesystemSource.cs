using Microsoft.Extensions.Options;

namespace Metrics.Silo.SelfMonitoring.Runtime;

/// <summary><c>host.filesystem.*_bytes</c> of each mount point, looked at less often than the rest.</summary>
internal sealed class FilesystemSource(
    IMountTable mounts, HostSeries series, IOptions<SelfMonitoringOptions> options) : IMonitorSource
{
    private readonly long _intervalMs = (long)options.Value.FilesystemInterval.TotalMilliseconds;
    private readonly Dictionary<string, (MonitoredSeries Used, MonitoredSeries Size)> _series = new(StringComparer.Ordinal);
    private long? _lastMs;

    public void Collect(in Tick tick, SampleSink sink)
    {
        var sinceMs = tick.TimestampMs - _lastMs;
        if (sinceMs >= 0 && sinceMs < _intervalMs)
        {
            return;
        }

        _lastMs = tick.TimestampMs;
        foreach (var mountPoint in mounts.ListMountPoints())
        {
            // Single files are mounted too (a container's /etc/hosts), on a filesystem that is not the container's.
            if (Directory.Exists(mountPoint))
            {
                Record(mountPoint, sink);
            }
        }
    }

    private void Record(string mountPoint, SampleSink sink)
    {
        long size, free;
        try
        {
            var drive = new DriveInfo(mountPoint);
            size = drive.TotalSize;
            free = drive.TotalFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Unmounted meanwhile, or not for us to see: it has no size now.
            return;
        }

        if (!_series.TryGetValue(mountPoint, out var known))
        {
            if (_series.Count >= Linux.DeviceRates.MaxDevices)
            {
                _series.Clear();
            }

            known = (
                series.Of("host.filesystem.used_bytes", "mountpoint", mountPoint),
                series.Of("host.filesystem.size_bytes", "mountpoint", mountPoint));
            _series.Add(mountPoint, known);
        }

        sink.Add(known.Used, size - free);
        sink.Add(known.Size, size);
    }
}
