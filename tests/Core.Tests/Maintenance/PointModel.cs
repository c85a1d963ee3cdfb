using Metrics.Core.Blocks;
using Metrics.Core.Model;

namespace Metrics.Core.Tests.Maintenance;

/// <summary>Points as they were written, by series and time: what has to be readable.</summary>
internal sealed class PointModel(int series = 6, int stepSeconds = 20)
{
    private readonly Random _chance = new(7);

    public SortedDictionary<(string Series, long AtMs), double> Points { get; } = [];

    public IReadOnlyList<SeriesKey> Keys { get; } =
        [.. Enumerable.Range(0, series).Select(static n => SeriesKey.Create($"m{n % 3}", new Tag("number", $"{n}")))];

    public int PointsPerHour => Keys.Count * 3600 / stepSeconds;

    /// <summary>Points of an hour of every series.</summary>
    public List<(SeriesKey Key, long AtMs, double Value)> Hour(long fromMs)
    {
        var points = new List<(SeriesKey Key, long AtMs, double Value)>();
        for (var second = 0; second < 3600; second += stepSeconds)
        {
            points.AddRange(Keys.Select(k => (k, fromMs + (second * 1000L), Math.Round(_chance.NextDouble() * 100, 2))));
        }

        return Keep(points);
    }

    /// <summary>A few points of some series at a time that had none.</summary>
    public List<(SeriesKey Key, long AtMs, double Value)> Late(long fromMs) =>
        Keep([.. Keys.Where(static (_, i) => i % 2 == 0).SelectMany(k => Enumerable.Range(0, 5).Select(i => (k, fromMs + (i * 7_001L), (double)_chance.Next(1000))))]);

    /// <summary>Other values for points of one series that are there.</summary>
    public List<(SeriesKey Key, long AtMs, double Value)> Replace(long fromMs) =>
        Keep([.. Enumerable.Range(0, 5).Select(i => (Keys[0], fromMs + (i * stepSeconds * 1000L), (double)_chance.Next(1000)))]);

    public void Delete(string metric, long fromMs, long toMs)
    {
        foreach (var point in Points.Keys.Where(p => p.Series.StartsWith(metric + "{", StringComparison.Ordinal) && p.AtMs >= fromMs && p.AtMs < toMs).ToList())
        {
            Points.Remove(point);
        }
    }

    /// <summary>Samples, and rows of windows and days that are over, are those of the points.</summary>
    public async Task CheckAsync(MaintenanceHarness harness)
    {
        CheckSamples(await BruteReader.SamplesAsync(harness));
        var sealedMs = harness.Maintenance.Works.Min(static w => w.SealedUpToMs);
        foreach (var resolution in new[] { Resolution.Minute, Resolution.Hour, Resolution.Day })
        {
            CheckRows(await BruteReader.RowsAsync(harness, resolution), resolution, sealedMs);
        }
    }

    public void CheckSamples(SortedDictionary<(string Series, long AtMs), double> read, long fromMs = long.MinValue)
    {
        var expected = Points.Where(p => p.Key.AtMs >= fromMs).ToList();
        Assert.Equal([], expected.Where(p => !read.ContainsKey(p.Key)).Take(5));
        Assert.Equal([], read.Where(r => !Points.ContainsKey(r.Key)).Take(5));
        Assert.Equal([], expected.Where(p => !read[p.Key].Equals(p.Value)).Take(5));
    }

    public void CheckRows(
        SortedDictionary<(string Series, long AtMs), (double Count, double Sum, double Min, double Max, double Last)> read,
        Resolution resolution,
        long sealedMs,
        long fromMs = long.MinValue)
    {
        var length = resolution.LengthMs();
        var expected = Points.GroupBy(p => (p.Key.Series, p.Key.AtMs - (p.Key.AtMs % length)))
            .Where(g => g.Key.Item2 >= fromMs && g.Key.Item2 + Math.Max(length, 1) <= sealedMs)
            .ToDictionary(static g => g.Key, static g => (Count: (double)g.Count(), Sum: g.Sum(static p => p.Value), Min: g.Min(static p => p.Value), Max: g.Max(static p => p.Value), Last: g.Last().Value));
        Assert.Equal([], expected.Keys.Where(k => !read.ContainsKey(k)).Take(5));
        Assert.Equal([], read.Keys.Where(k => !expected.ContainsKey(k)).Take(5));
        foreach (var (key, row) in expected)
        {
            var found = read[key];
            Assert.True(
                (row.Count, row.Min, row.Max, row.Last) == (found.Count, found.Min, found.Max, found.Last) && Math.Abs(row.Sum - found.Sum) < 1e-6,
                $"{resolution} {key}: {found} instead of {row}");
        }
    }

    private List<(SeriesKey Key, long AtMs, double Value)> Keep(List<(SeriesKey Key, long AtMs, double Value)> points)
    {
        points.ForEach(p => Points[(p.Key.ToString(), p.AtMs)] = p.Value);
        return points;
    }
}
