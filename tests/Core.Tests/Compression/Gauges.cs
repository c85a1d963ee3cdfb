using Metrics.Core.Model;

namespace Metrics.Core.Tests.Compression;

/// <summary>Series such as real ones are, from a fixed seed.</summary>
internal static class Gauges
{
    public const long Start = 1_771_761_600_000;

    public static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Values at a fixed interval.</summary>
    public static Sample[] Regular(int count, long intervalMs, Func<int, double> value) =>
        [.. Enumerable.Range(0, count).Select(i => new Sample(Start + (i * intervalMs), value(i)))];

    /// <summary>Values at a fixed interval, each some milliseconds off.</summary>
    public static Sample[] Jittered(int count, long intervalMs, Func<double> jitterMs, Func<int, double> value) =>
        [.. Enumerable.Range(0, count).Select(i => new Sample(Start + (i * intervalMs) + (long)Math.Round(jitterMs()), value(i)))];

    public static Func<int, double> IntegerWalk(Random random, int maxStep)
    {
        long level = 1000;
        return _ => level += random.Next(-maxStep, maxStep + 1);
    }

    /// <summary>A random walk, rounded to some decimals.</summary>
    public static Func<int, double> Walk(Random random, double sigma, int decimals = 3)
    {
        double level = 50;
        return _ => Math.Round(level += sigma * Gaussian(random), decimals);
    }

    /// <summary>A gauge that is drawn back to its mean, rounded to some decimals.</summary>
    public static Func<int, double> MeanReverting(Random random, double sigma, double pull, int decimals = 3)
    {
        double level = 50;
        return _ => Math.Round(level += (pull * (50 - level)) + (sigma * Gaussian(random)), decimals);
    }

    /// <summary>A random walk with all the digits that a float64 has.</summary>
    public static Func<int, double> FullPrecisionWalk(Random random, double sigma)
    {
        double level = 50;
        return _ => level += sigma * Gaussian(random);
    }
}
