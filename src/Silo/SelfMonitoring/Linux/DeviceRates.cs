namespace Metrics.Silo.SelfMonitoring.Linux;

/// <summary>Two byte counters a device (read and written, received and sent) as rates; devices come and go.</summary>
/// <param name="series">Makes the series of a new device.</param>
/// <param name="tagKey">What a device is called: <c>device</c>, <c>interface</c>.</param>
/// <param name="firstMetric">The first counter's rate.</param>
/// <param name="secondMetric">The second counter's rate.</param>
/// <param name="isWanted">Asked once for each device.</param>
internal sealed class DeviceRates(
    HostSeries series, string tagKey, string firstMetric, string secondMetric, Func<string, bool> isWanted)
{
    /// <summary>Devices remembered. A host that makes and drops virtual ones all day reaches it, and then all begin anew.</summary>
    public const int MaxDevices = 1024;

    private const int MaxNameBytes = 256;

    private readonly Dictionary<string, Device> _devices = new(StringComparer.Ordinal);

    /// <param name="name">The device's name; longer ones than the kernel allows are ignored.</param>
    /// <param name="first">The first counter in bytes.</param>
    /// <param name="second">The second counter in bytes.</param>
    /// <param name="tick">The moment.</param>
    /// <param name="sink">Where the rates go.</param>
    public void Record(ReadOnlySpan<byte> name, long first, long second, in Tick tick, SampleSink sink)
    {
        if (name.Length > MaxNameBytes)
        {
            return;
        }

        Span<char> chars = stackalloc char[MaxNameBytes];
        var known = chars[..System.Text.Encoding.UTF8.GetChars(name, chars)];
        var lookup = _devices.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(known, out var device))
        {
            device = Meet(known.ToString(), first, second, tick);
        }

        if (device is not { First: { } firstSeries, Second: { } secondSeries })
        {
            return;
        }

        if (device.Previous.AtMs != tick.TimestampMs)
        {
            // Reappeared after an absence: what it grew by meanwhile is no rate of this interval.
            var elapsed = (tick.TimestampMs - device.Previous.AtMs) / 1000.0;
            if (tick.ElapsedSeconds > 0 && elapsed < (tick.ElapsedSeconds * 1.5) + 1)
            {
                sink.Add(firstSeries, tick.Rate(device.Previous.First, first));
                sink.Add(secondSeries, tick.Rate(device.Previous.Second, second));
            }
        }

        device.Previous = (tick.TimestampMs, first, second);
    }

    private Device Meet(string name, long first, long second, in Tick tick)
    {
        if (_devices.Count >= MaxDevices)
        {
            _devices.Clear();
        }

        var device = isWanted(name)
            ? new Device { First = series.Of(firstMetric, tagKey, name), Second = series.Of(secondMetric, tagKey, name) }
            : new Device();
        device.Previous = (tick.TimestampMs, first, second);
        _devices.Add(name, device);
        return device;
    }

    private sealed class Device
    {
        public MonitoredSeries? First { get; init; }

        public MonitoredSeries? Second { get; init; }

        public (long AtMs, long First, long Second) Previous { get; set; }
    }
}
