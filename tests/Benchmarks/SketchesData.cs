namespace Metrics.Benchmarks;

internal static class SketchesData
{
    /// <summary>Log-normal points in ascending order.</summary>
    public static double[] Latencies(int count, int seed)
    {
        var random = new Random(seed);
        var values = new double[count];
        foreach (ref var value in values.AsSpan())
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            value = Math.Exp(3 + (0.8 * normal));
        }

        Array.Sort(values);
        return values;
    }
}
