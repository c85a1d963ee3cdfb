namespace Metrics.Core.Tests.Sketches;

/// <summary>Seeded generators of points, by name.</summary>
internal static class Populations
{
    public static readonly string[] Names =
    [
        "uniform", "normal", "latency", "exponential", "pareto", "bimodal", "constant", "repeated", "few distinct", "sorted",
        "reversed", "integers", "integer latency", "far from zero", "both signs",
    ];

    public static double[] Make(string name, int count, int seed)
    {
        var random = new Random(seed);
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = name switch
            {
                "uniform" => random.NextDouble(),
                "normal" => 100 + (15 * Normal(random)),
                "latency" => Math.Exp(3 + (0.8 * Normal(random))),
                "exponential" => -Math.Log(1 - random.NextDouble()),
                "pareto" => Math.Pow(1 - random.NextDouble(), -1 / 1.5),
                "bimodal" => (random.Next(2) == 0 ? 10 : 1000) + Normal(random),
                "constant" => 42.5,
                "repeated" => random.Next(3) == 0 ? 200 : Math.Exp(5 + Normal(random)),
                "few distinct" => random.Next(10) / 3.0,
                "sorted" => i + 1,
                "reversed" => count - i,
                "integers" => random.Next(1_000_000),
                "integer latency" => Math.Round(Math.Exp(5 + Normal(random))),
                "far from zero" => 1e9 + random.NextDouble(),
                "both signs" => Math.Pow(random.NextDouble(), 9) * (random.Next(2) == 0 ? 1e6 : -1e6),
                _ => throw new ArgumentException(name, nameof(name)),
            };
        }

        return values;
    }

    public static double[] Sorted(string name, int count, int seed)
    {
        var values = Make(name, count, seed);
        Array.Sort(values);
        return values;
    }

    /// <summary>
    /// How far, as a share of the points, the rank of <paramref name="value"/> is from the quantile's. Equal points hold a range of
    /// ranks; between two points the rank grows along the line between them.
    /// </summary>
    public static double RankError(double[] sorted, double quantile, double value)
    {
        var rank = quantile * (sorted.Length - 1);
        var less = LowerBound(sorted, value);
        var end = less;
        while (end < sorted.Length && sorted[end] == value)
        {
            end++;
        }

        double first = less;
        double last = end - 1;
        if (end == less)
        {
            first = less == 0 || less == sorted.Length
                ? Math.Max(0, less - 1)
                : less - 1 + ((value - sorted[less - 1]) / (sorted[less] - sorted[less - 1]));
            last = first;
        }

        return Math.Max(0, Math.Max(first - rank, rank - last)) / sorted.Length;
    }

    private static int LowerBound(double[] sorted, double value)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle] < value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
