using System.Globalization;
using Metrics.LoadGenerator.Data;

namespace Metrics.LoadGenerator.Tsbs;

/// <summary>A kind of query: of TSBS' devops cases, or over ranges that rollups are for.</summary>
/// <param name="Name">As TSBS has it, short.</param>
/// <param name="Metrics">The first so many.</param>
/// <param name="Hosts">So many at random; 0 for all.</param>
/// <param name="Hours">Length of the range.</param>
/// <param name="StepMs">Length of a bucket.</param>
/// <param name="Aggregation"><c>max</c>, <c>avg</c>, or a percentile such as <c>p95</c>.</param>
/// <param name="ByHost">Whether each host has an answer of its own.</param>
internal sealed record TsbsKind(string Name, int Metrics, int Hosts, int Hours, long StepMs, string Aggregation, bool ByHost = false)
{
    private const long MinuteMs = 60_000;
    private const long HourMs = 3_600_000;

    /// <summary>TSBS' own.</summary>
    public static readonly TsbsKind[] Devops =
    [
        new("single-groupby-1-1-1", 1, 1, 1, MinuteMs, "max"),
        new("single-groupby-1-8-1", 1, 8, 1, MinuteMs, "max"),
        new("single-groupby-5-8-1", 5, 8, 1, MinuteMs, "max"),
        new("single-groupby-5-1-12", 5, 1, 12, MinuteMs, "max"),
        new("cpu-max-all-8", 10, 8, 8, HourMs, "max"),
        new("double-groupby-1", 1, 0, 12, HourMs, "avg", ByHost: true),
        new("double-groupby-5", 5, 0, 12, HourMs, "avg", ByHost: true),
        new("double-groupby-all", 10, 0, 12, HourMs, "avg", ByHost: true),
    ];

    /// <summary>Longer ranges, of data that are loaded with as many hosts and minutes as they need.</summary>
    public static readonly TsbsKind[] LongRanges =
    [
        new("one-series-day", 1, 1, 24, MinuteMs, "avg"),
        new("one-series-day-p95", 1, 1, 24, MinuteMs, "p95"),
        new("one-series-year", 1, 1, 365 * 24, HourMs, "avg"),
        new("one-series-year-p95", 1, 1, 365 * 24, HourMs, "p95"),
        new("all-series-6h", 1, 0, 6, MinuteMs, "avg"),
        new("all-series-6h-p95", 1, 0, 6, MinuteMs, "p95"),
        new("each-series-6h", 1, 0, 6, MinuteMs, "avg", ByHost: true),
        new("all-series-week", 1, 0, 7 * 24, HourMs, "avg"),
        new("all-series-week-p95", 1, 0, 7 * 24, HourMs, "p95"),
        new("each-series-week", 1, 0, 7 * 24, HourMs, "avg", ByHost: true),
    ];

    /// <summary>Percentiles of all points of many series: VictoriaMetrics has no such thing.</summary>
    public bool IsPercentile => Aggregation is ['p', ..];

    /// <summary>So many questions with hosts and starts by seed. Starts are whole steps: what two servers answer can then be compared.</summary>
    /// <exception cref="UsageException">The data are shorter than the range of this kind.</exception>
    public TsbsQuestion[] Questions(TsbsData data, int count)
    {
        var rangeMs = Hours * HourMs;
        var steps = (data.EndMs - data.StartMs - rangeMs) / StepMs;
        if (steps < 0)
        {
            throw new UsageException($"{Name} asks for {Hours} h; load at least --minutes {Hours * 60}.");
        }

        var random = new Random(data.Seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var from = data.StartMs + (random.NextInt64(steps + 1) * StepMs);
            return new TsbsQuestion(
                DevopsFleet.Metrics[..Metrics], PickHosts(random, data.Hosts), from, from + rangeMs, StepMs, Aggregation, ByHost);
        })];
    }

    private string[] PickHosts(Random random, int of)
    {
        var picked = new HashSet<int>();
        while (picked.Count < Math.Min(Hosts, of))
        {
            picked.Add(random.Next(of));
        }

        return [.. picked.Order().Select(static host => string.Create(CultureInfo.InvariantCulture, $"host_{host}"))];
    }
}
