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
        Fields = options.Number("fields", 10, max: DevopsFleet.Metrics.Length);
        IntervalMs = options.Number("interval-ms", 10_000);
        SamplesPerSeries = options.Number("samples-per-series", 10, max: 10_000);
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

    /// <summary>Metrics a host.</summary>
    public int Fields { get; }

    public int Series => Hosts * Fields;

    /// <summary>Of one request of the load.</summary>
    public int SamplesPerSeries { get; }

    public int Seed { get; }

    public int IntervalMs { get; }

    public long StartMs { get; }

    /// <summary>Exclusive.</summary>
    public long EndMs { get; }

    public DevopsFleet Fleet()
    {
        ISampleSource samples = _gauges ? new JitteredGauge(Series, Seed, _jitterMs) : new ClampedWalk(Series, Seed);
        return new DevopsFleet(Series, seed: Seed, samples: samples, fields: Fields);
    }

    public LoadPlan Plan(int seriesPerRequest) => new(Series, StartMs, EndMs, IntervalMs, SamplesPerSeries, seriesPerRequest);
}
