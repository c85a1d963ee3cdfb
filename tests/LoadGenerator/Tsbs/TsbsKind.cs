using System.Globalization;
using Metrics.LoadGenerator.Data;

namespace Metrics.LoadGenerator.Tsbs;

/// <summary>A kind of query of TSBS' devops cases.</summary>
/// <param name="Name">As TSBS has it, short.</param>
/// <param name="Metrics">The first so many.</param>
/// <param name="Hosts">So many at random; 0 for all.</param>
/// <param name="Hours">Length of the range.</param>
/// <param name="StepMs">Length of a bucket.</param>
/// <param name="Aggregation"><c>max</c> or <c>avg</c>.</param>
internal sealed record TsbsKind(string Name, int Metrics, int Hosts, int Hours, long StepMs, string Aggregation)
{
    private const long MinuteMs = 60_000;
    private const long HourMs = 3_600_000;

    public static readonly TsbsKind[] All =
    [
        new("single-groupby-1-1-1", 1, 1, 1, MinuteMs, "max"),
        new("single-groupby-1-8-1", 1, 8, 1, MinuteMs, "max"),
        new("single-groupby-5-8-1", 5, 8, 1, MinuteMs, "max"),
        new("single-groupby-5-1-12", 5, 1, 12, MinuteMs, "max"),
        new("cpu-max-all-8", 10, 8, 8, HourMs, "max"),
        new("double-groupby-1", 1, 0, 12, HourMs, "avg"),
        new("double-groupby-5", 5, 0, 12, HourMs, "avg"),
        new("double-groupby-all", 10, 0, 12, HourMs, "avg"),
    ];

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
                DevopsFleet.Metrics[..Metrics], PickHosts(random, data.Hosts), from, from + rangeMs, StepMs, Aggregation, Hosts == 0);
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
