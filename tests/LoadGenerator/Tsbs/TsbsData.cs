using Metrics.LoadGenerator.Data;
using Metrics.LoadGenerator.Modes;

namespace Metrics.LoadGenerator.Tsbs;

/// <summary>Which hosts, when and how often: what a load and the queries after it have to agree about.</summary>
internal sealed class TsbsData
{
    private const long HourMs = 3_600_000;

    private readonly bool _gauges;
    private readonly int _jitterMs;

    public TsbsData(CommandLine options, long nowMs)
    {
        Hosts = options.Number("hosts", 200, max: 1_000_000);
        IntervalMs = options.Number("interval-ms", 10_000);
        Seed = options.Number("seed", 123, min: 0);
        _jitterMs = options.Number("jitter-ms", 10, min: 0);
        _gauges = options.Text("values", "integers") switch
        {
            "integers" => false,
            "gauges" => true,
            var other => throw new UsageException($"--values is '{other}'; write integers or gauges."),
        };

        // Whole hours, so that both servers' buckets of an hour are full ones.
        var spanMs = options.Number("minutes", 720) * 60_000L;
        var start = options.Number("start") ?? (nowMs - spanMs - HourMs) / HourMs * HourMs;
        StartMs = start < 100_000_000_000 ? start * 1000 : start;
        EndMs = StartMs + spanMs;
    }

    public int Hosts { get; }

    public int Seed { get; }

    public int IntervalMs { get; }

    public long StartMs { get; }

    /// <summary>Exclusive.</summary>
    public long EndMs { get; }

    public DevopsFleet Fleet()
    {
        var series = Hosts * DevopsFleet.FieldsPerHost;
        return new DevopsFleet(series, seed: Seed, samples: _gauges ? new JitteredGauge(series, Seed, _jitterMs) : new ClampedWalk(series, Seed));
    }

    /// <param name="samplesPerSeries">Of one request.</param>
    /// <param name="seriesPerRequest">Of one request.</param>
    public LoadPlan Plan(int samplesPerSeries, int seriesPerRequest) =>
        new(Hosts * DevopsFleet.FieldsPerHost, StartMs, EndMs, IntervalMs, samplesPerSeries, seriesPerRequest);
}
