using Metrics.Core.Tests.Compression;

namespace Metrics.Benchmarks.Compression;

/// <summary>The series that the codecs are compared on: two hours at 10 s, from fixed seeds.</summary>
internal static class ValueShapes
{
    public const int Count = 720;

    public static IReadOnlyList<(string Name, Func<int, double[]> Create)> All { get; } =
    [
        ("constant", _ => Values(_ => 42.5)),
        ("integer walk, steps to 5", seed => Values(Gauges.IntegerWalk(new Random(seed), 5))),
        ("integer walk, steps to 20", seed => Values(Gauges.IntegerWalk(new Random(seed), 20))),
        ("counter, 90 to 110 a sample", seed => Counter(new Random(seed))),
        ("3 decimals, walk, sigma 0.05", seed => Values(Gauges.Walk(new Random(seed), 0.05))),
        ("3 decimals, walk, sigma 1", seed => Values(Gauges.Walk(new Random(seed), 1))),
        ("3 decimals, reverting, sigma 0.5", seed => Values(Gauges.MeanReverting(new Random(seed), 0.5, 0.1))),
        ("3 decimals, white noise, sigma 0.5", seed => Values(Gauges.MeanReverting(new Random(seed), 0.5, 1))),
        ("1 decimal, walk, sigma 0.5", seed => Values(Gauges.Walk(new Random(seed), 0.5, 1))),
        ("float32 walk", seed => Single(Gauges.FullPrecisionWalk(new Random(seed), 0.2))),
        ("full precision walk", seed => Values(Gauges.FullPrecisionWalk(new Random(seed), 0.2))),
        ("full precision, uniform", seed => Uniform(new Random(seed))),
    ];

    public static double[] Create(string name, int seed) => All.First(s => s.Name == name).Create(seed);

    private static double[] Values(Func<int, double> value) => [.. Enumerable.Range(0, Count).Select(value)];

    private static double[] Single(Func<int, double> value) => Values(i => (float)value(i));

    private static double[] Uniform(Random random) => Values(_ => random.NextDouble());

    private static double[] Counter(Random random)
    {
        long total = 1_000_000;
        return Values(_ => total += random.Next(90, 111));
    }
}
