using Metrics.LoadGenerator.Data;

namespace Metrics.LoadGenerator.Modes;

/// <summary>What is sent: series, how they are cut into requests, and the times of their samples.</summary>
internal sealed class LoadPlan
{
    public LoadPlan(CommandLine options, long nowMs, int defaultSamplesPerSeries)
    {
        Series = options.Number("series", 100_000, max: 10_000_000);
        Tags = options.Number("tags", 10, max: 10);
        SamplesPerSeries = options.Number("samples-per-series", defaultSamplesPerSeries, max: 10_000);
        SeriesPerRequest = Math.Min(Series, options.Number("series-per-request", 2000, max: 100_000));
        IntervalMs = options.Number("interval-ms", 1000);
        Points = options.Number("points");
        Duration = options.Number("duration") is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        if (Points is null == Duration is null)
        {
            throw new UsageException("Write either --points (samples in all) or --duration (seconds).");
        }

        // A run by duration goes as far as the server lets it: it begins an hour back so as not to end in the future.
        var span = Points is { } points ? Math.Max(1, points / Series) * IntervalMs : 3_600_000;
        var start = options.Number("start") ?? nowMs - span;
        StartMs = start < 100_000_000_000 ? start * 1000 : start;
    }

    /// <summary>A span of time with one sample an interval, the same for every series.</summary>
    public LoadPlan(int series, long startMs, long endMs, int intervalMs, int samplesPerSeries, int seriesPerRequest)
    {
        Series = series;
        Tags = 10;
        SamplesPerSeries = samplesPerSeries;
        SeriesPerRequest = Math.Min(series, seriesPerRequest);
        IntervalMs = intervalMs;
        Points = (endMs - startMs) / intervalMs * series;
        StartMs = startMs;
    }

    public int Series { get; }

    public int Tags { get; }

    public int SamplesPerSeries { get; }

    public int SeriesPerRequest { get; }

    public int IntervalMs { get; }

    public long? Points { get; }

    public TimeSpan? Duration { get; }

    public long StartMs { get; }

    /// <summary>Rounds of samples-per-series for every series; none when the time decides.</summary>
    public long? Rounds => Points is { } points
        ? Math.Max(1, (points + ((long)Series * SamplesPerSeries) - 1) / ((long)Series * SamplesPerSeries))
        : null;

    /// <summary>Requests of one round: first series and number of series.</summary>
    public IEnumerable<(int First, int Count)> Requests()
    {
        for (var first = 0; first < Series; first += SeriesPerRequest)
        {
            yield return (first, Math.Min(SeriesPerRequest, Series - first));
        }
    }

    public byte[] Encode(IBodyFormat format, DevopsFleet fleet, long round, (int First, int Count) request) => format.Encode(
        fleet, request.First, request.Count, StartMs + (round * SamplesPerSeries * IntervalMs), IntervalMs, SamplesPerSeries);
}
