using Metrics.Core.Model;
using Metrics.Core.Tests.Compression;

namespace Metrics.Core.Tests.Rollups;

/// <summary>What rows of a day of seconds add to the bytes of the chunks, minute rows in chunks of two hours, hour rows in one of a day.</summary>
public sealed class RollupSizeTests
{
    private const int Seconds = 86_400;

    /// <summary>
    /// The targets are 15 % and 1 %. Three miss them: whole numbers that cost 0.4 bytes a sample, the widest latencies, and gauges around zero.
    /// </summary>
    [Theory]
    [InlineData("whole walk", 21.5, 1.3)]
    [InlineData("slow gauge", 13.5, 0.5)]
    [InlineData("fast gauge", 12.5, 0.7)]
    [InlineData("gauge around zero", 19, 0.8)]
    [InlineData("lognormal 0.5", 14.7, 0.9)]
    [InlineData("lognormal 1", 15.5, 1)]
    [InlineData("full precision", 10, 0.3)]
    [InlineData("counter", 13.5, 0.6)]
    [InlineData("constant", 15, 1)]
    public void Rows_of_seconds_add_little_to_the_samples(string name, double minutePercent, double hourPercent)
    {
        var samples = Make(name);
        double raw = samples.Chunk(7_200).Sum(part => Chunks.Encode(part).Length);
        var minutes = samples.Chunk(86_400).SelectMany(part => RollupChunks.Build(RollupChunks.Minute, part)).ToList();
        var hours = RollupChunks.RollUp(minutes, RollupChunks.Minute, RollupChunks.Hour);
        Assert.InRange(100 * RollupChunks.Bytes(minutes) / raw, 0, minutePercent);
        Assert.InRange(100 * RollupChunks.Bytes(hours) / raw, 0, hourPercent);
    }

    [Theory]
    [InlineData(1, 1.2)]
    [InlineData(2, 1.1)]
    [InlineData(6, 1)]
    [InlineData(12, 1)]
    public void Rows_of_few_samples_are_hardly_larger_than_the_chunks_of_the_samples(int perMinute, double limit)
    {
        var random = new Random(4);
        var samples = Gauges.Jittered(perMinute * 240, 60_000 / perMinute, () => 4_000 + (3 * Gauges.Gaussian(random)), Gauges.Walk(random, 0.3));
        var raw = samples.GroupBy(s => s.TimestampMs / 7_200_000).Sum(part => Chunks.Encode([.. part]).Length);
        Assert.InRange(RollupChunks.Bytes(RollupChunks.Build(RollupChunks.Minute, samples)), 1, (int)(limit * raw));
    }

    private static Sample[] Make(string name)
    {
        var random = new Random(1);
        double Jitter() => 5 * Gauges.Gaussian(random);
        return name switch
        {
            "whole walk" => Gauges.Regular(Seconds, 1_000, Clamped(random)),
            "slow gauge" => Gauges.Jittered(Seconds, 1_000, Jitter, Gauges.Walk(random, 0.03)),
            "fast gauge" => Gauges.Jittered(Seconds, 1_000, Jitter, Gauges.Walk(random, 0.2)),
            "gauge around zero" => Gauges.Jittered(Seconds, 1_000, Jitter, Around(Gauges.MeanReverting(random, 0.1, 0.02))),
            "lognormal 0.5" => Gauges.Regular(Seconds, 1_000, _ => Math.Round(50 * Math.Exp(0.5 * Gauges.Gaussian(random)), 3)),
            "lognormal 1" => Gauges.Regular(Seconds, 1_000, _ => Math.Round(50 * Math.Exp(Gauges.Gaussian(random)), 3)),
            "full precision" => Gauges.Regular(Seconds, 1_000, Gauges.FullPrecisionWalk(random, 0.03)),
            "counter" => Gauges.Regular(Seconds, 1_000, Counter(random)),
            _ => Gauges.Regular(Seconds, 1_000, _ => 5),
        };
    }

    private static Func<int, double> Clamped(Random random)
    {
        var level = 100 * random.NextDouble();
        return _ => Math.Floor(level = Math.Clamp(level + Gauges.Gaussian(random), 0, 100));
    }

    private static Func<int, double> Around(Func<int, double> gauge) => i => Math.Round(gauge(i) - 50, 3);

    private static Func<int, double> Counter(Random random)
    {
        double total = 0;
        return _ => total += random.Next(0, 200);
    }
}
