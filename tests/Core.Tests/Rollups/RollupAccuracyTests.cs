using Metrics.Core.Model;
using Metrics.Core.Sketches;
using Metrics.Core.Tests.Compression;

namespace Metrics.Core.Tests.Rollups;

/// <summary>Percentiles of latencies (ms, three decimals) from rows of every resolution, against those of the samples.</summary>
public sealed class RollupAccuracyTests
{
    private static readonly double[] s_quantiles = [0.5, 0.95, 0.99];

    private static readonly Dictionary<string, Func<Random, double>> s_distributions = new()
    {
        ["lognormal 0.5"] = r => 50 * Math.Exp(0.5 * Gauges.Gaussian(r)),
        ["lognormal 0.7"] = r => 20 * Math.Exp(0.7 * Gauges.Gaussian(r)),
        ["bimodal"] = r => r.Next(10) < 8 ? 5 * Math.Exp(0.3 * Gauges.Gaussian(r)) : 180 * Math.Exp(0.3 * Gauges.Gaussian(r)),
        ["pareto"] = r => 10 * Math.Pow(1 - r.NextDouble(), -1 / 3.0),
        ["lognormal 1"] = r => 50 * Math.Exp(Gauges.Gaussian(r)),
    };

    public static TheoryData<string> Names => [.. s_distributions.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_minute_an_hour_and_a_day_of_seconds_are_within_one_percent(string name)
    {
        var samples = Latencies(name, 86_400, 11);
        var minutes = RollupChunks.Build(RollupChunks.Minute, samples);
        var hours = RollupChunks.RollUp(minutes, RollupChunks.Minute, RollupChunks.Hour);
        var days = RollupChunks.RollUp(hours, RollupChunks.Hour, RollupChunks.Day);
        AssertRows(name, samples, RollupChunks.Digests(minutes, RollupChunks.Minute), RollupChunks.Minute, 0.01);

        // An hour of the widest distribution has 36 values above its 99th percentile, each a percent from the next.
        AssertRows(name, samples, RollupChunks.Digests(hours, RollupChunks.Hour), RollupChunks.Hour, name is "lognormal 1" ? 0.015 : 0.01);
        AssertRows(name, samples, RollupChunks.Digests(days, RollupChunks.Day), RollupChunks.Day, 0.01);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_thousand_series_of_one_minute_are_within_one_percent_together(string name)
    {
        var all = new TDigest();
        var points = new List<double>();
        for (var series = 0; series < 1_000; series++)
        {
            var samples = Latencies(name, 60, 1_000 + series);
            points.AddRange(samples.Select(s => s.Value));
            var chunk = Assert.Single(RollupChunks.Build(RollupChunks.Minute, samples));
            var reader = chunk.Open(RollupChunks.Minute);
            reader.AddTo(0, all);
        }

        AssertQuantiles(name, points, all, 0.01);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Digests_of_timers_are_within_one_percent_over_minute_and_hour(string name)
    {
        var samples = Latencies(name, 36_000, 5);
        var builder = new Core.Rollups.RollupBuilder(RollupChunks.Minute);
        foreach (var part in samples.Chunk(100))
        {
            builder.Add(part[0].TimestampMs, TDigest.FromSorted(part.Select(s => s.Value).Order().ToArray()));
        }

        var minutes = RollupChunks.Finish(builder);
        var hours = RollupChunks.RollUp(minutes, RollupChunks.Minute, RollupChunks.Hour);
        var digests = RollupChunks.Digests(hours, RollupChunks.Hour);
        var starts = samples.Chunk(100).SelectMany(part => part.Select(s => (Start: RollupModel.Floor(part[0].TimestampMs, RollupChunks.Hour), s.Value)));
        foreach (var hour in starts.GroupBy(s => s.Start))
        {
            AssertQuantiles(name, hour.Select(h => h.Value), digests[hour.Key], name is "lognormal 1" ? 0.015 : 0.01);
        }
    }

    private static void AssertRows(string name, Sample[] samples, Dictionary<long, TDigest> digests, long lengthMs, double limit)
    {
        foreach (var row in samples.GroupBy(s => RollupModel.Floor(s.TimestampMs, lengthMs)))
        {
            AssertQuantiles($"{name} {lengthMs}", row.Select(s => s.Value), digests[row.Key], limit);
        }
    }

    private static void AssertQuantiles(string name, IEnumerable<double> points, TDigest digest, double limit)
    {
        var sorted = points.Order().ToArray();
        Assert.Equal(sorted.Length, digest.Count);
        Assert.Equal((sorted[0], sorted[^1]), (digest.Min, digest.Max));
        foreach (var quantile in s_quantiles)
        {
            var exact = ExactQuantile.OfSorted(sorted, quantile);
            var error = (digest.Quantile(quantile) / exact) - 1;
            Assert.True(Math.Abs(error) <= limit, $"{name} p{100 * quantile} of {sorted.Length}: {error:P2} from {exact}");
        }
    }

    private static Sample[] Latencies(string name, int count, int seed)
    {
        var random = new Random(seed);
        var next = s_distributions[name];
        return Gauges.Regular(count, 1_000, _ => Math.Round(next(random), 3));
    }
}
