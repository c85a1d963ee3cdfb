using Metrics.Core.Model;
using Metrics.Core.Rollups;
using Metrics.Core.Sketches;
using Metrics.Core.Tests.Compression;

namespace Metrics.Core.Tests.Rollups;

/// <summary>Hours that are made along with the minutes.</summary>
public sealed class RollupHandOverTests
{
    public static TheoryData<string> Kinds => ["latencies", "counter", "resets", "whole", "few", "infinite"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Hours_made_along_with_the_minutes_have_the_figures_of_hours_made_from_them(string kind)
    {
        var samples = Make(kind);
        var hour = new RollupBuilder(RollupChunks.Hour);
        var minute = new RollupBuilder(RollupChunks.Minute, hour);
        RollupChunks.Add(minute, samples, 300);
        var minutes = RollupChunks.Finish(minute);
        Assert.True(minute.HasHandedOver);
        var hours = RollupChunks.Finish(hour);
        var expected = RollupChunks.Rows(RollupChunks.RollUp(minutes, RollupChunks.Minute, RollupChunks.Hour), RollupChunks.Hour);
        var actual = RollupChunks.Rows(hours, RollupChunks.Hour);
        Assert.Equal(expected.Select(static r => (r.StartMs, r.Count, r.Min, r.Max, r.Last, r.LastMs)), actual.Select(static r => (r.StartMs, r.Count, r.Min, r.Max, r.Last, r.LastMs)));
        for (var i = 0; i < actual.Length; i++)
        {
            Assert.Equal(expected[i].Sum, actual[i].Sum, 1e-9 * Math.Abs(expected[i].Sum));
            Assert.Equal(expected[i].First, actual[i].First);
            Assert.Equal(expected[i].Increase, actual[i].Increase);
        }
    }

    [Fact]
    public void Percentiles_of_such_hours_are_those_of_the_samples()
    {
        var samples = Make("latencies");
        var hour = new RollupBuilder(RollupChunks.Hour);
        var minute = new RollupBuilder(RollupChunks.Minute, hour);
        RollupChunks.Add(minute, samples, 300);
        RollupChunks.Finish(minute);
        foreach (var (startMs, digest) in RollupChunks.Digests(RollupChunks.Finish(hour), RollupChunks.Hour))
        {
            var values = samples.Where(s => s.TimestampMs >= startMs && s.TimestampMs < startMs + RollupChunks.Hour).Select(static s => s.Value).Order().ToArray();
            foreach (var quantile in new[] { 0.5, 0.95, 0.99 })
            {
                Assert.Equal(1, digest.Quantile(quantile) / values[(int)(quantile * values.Length)], 0.01);
            }
        }
    }

    [Fact]
    public void What_was_added_to_again_is_not_said_to_be_handed_over()
    {
        var hour = new RollupBuilder(RollupChunks.Hour);
        var minute = new RollupBuilder(RollupChunks.Minute, hour);
        RollupChunks.Add(minute, Make("whole"));
        minute.Add(Gauges.Start + 30_000, TDigest.FromSorted([1, 2, 3]));
        var first = RollupChunks.Finish(minute);
        Assert.False(minute.HasHandedOver);
        hour.Clear();
        Assert.Equal(0, hour.Count);

        // And the next series is.
        RollupChunks.Add(minute, Make("whole"));
        RollupChunks.Finish(minute);
        Assert.True(minute.HasHandedOver);
        Assert.Equal(RollupChunks.Rows(first, RollupChunks.Minute).Sum(static r => r.Count) - 3, RollupChunks.Rows(RollupChunks.Finish(hour), RollupChunks.Hour).Sum(static r => r.Count));
    }

    private static Sample[] Make(string kind)
    {
        var random = new Random(5);
        return kind switch
        {
            "latencies" => Gauges.Regular(7_200, 1_000, _ => Math.Round(50 * Math.Exp(0.7 * Gauges.Gaussian(random)), 3)),
            "counter" => Gauges.Regular(7_200, 1_000, i => i * 3),
            "resets" => Gauges.Regular(7_200, 1_000, i => i % 700 * 3),
            "whole" => Gauges.Regular(7_200, 1_000, Gauges.IntegerWalk(random, 2)),
            "few" => Gauges.Regular(240, 30_000, Gauges.Walk(random, 0.2)),
            _ => Gauges.Regular(7_200, 1_000, i => i % 900 == 7 ? double.NegativeInfinity : i % 9),
        };
    }
}
