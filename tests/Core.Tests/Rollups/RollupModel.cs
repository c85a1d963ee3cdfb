using Metrics.Core.Model;
using Metrics.Core.Rollups;

namespace Metrics.Core.Tests.Rollups;

/// <summary>What rows have to say, computed the plain way.</summary>
internal static class RollupModel
{
    public static List<(RollupRow Row, double[] Values)> Rows(IEnumerable<Sample> samples, long lengthMs) =>
        [.. samples.Where(s => !double.IsNaN(s.Value)).GroupBy(s => Floor(s.TimestampMs, lengthMs)).OrderBy(g => g.Key).Select(g => Row(g.Key, [.. g]))];

    public static long Floor(long timestampMs, long lengthMs) => (long)Math.Floor((decimal)timestampMs / lengthMs) * lengthMs;

    private static (RollupRow Row, double[] Values) Row(long startMs, Sample[] samples)
    {
        var values = samples.Select(s => s.Value).ToArray();
        double increase = 0;
        var falls = 0;
        for (var i = 1; i < values.Length; i++)
        {
            falls += values[i] < values[i - 1] ? 1 : 0;
            increase += values[i] == values[i - 1] ? 0 : values[i] > values[i - 1] ? values[i] - values[i - 1] : values[i];
        }

        var isCounter = falls <= Math.Max(1, (values.Length - 1) / 8.0) && !double.IsNaN(increase);
        return (new RollupRow
        {
            StartMs = startMs,
            Count = values.Length,
            Sum = values.Sum(),
            Min = values.Min(),
            Max = values.Max(),
            Last = values[^1],
            LastMs = samples[^1].TimestampMs,
            First = isCounter ? values[0] : double.NaN,
            Increase = isCounter ? increase : double.NaN,
        }, values);
    }

    public static void AssertSame(RollupRow expected, IReadOnlyList<double> values, RollupRow actual)
    {
        Assert.Equal(expected.StartMs, actual.StartMs);
        Assert.Equal(expected.Count, actual.Count);
        Assert.Equal(expected.Min, actual.Min);
        Assert.Equal(expected.Max, actual.Max);
        Assert.Equal(expected.Last, actual.Last);
        Assert.Equal(expected.LastMs, actual.LastMs);
        AssertNear(expected.Sum, actual.Sum, values.Sum(Math.Abs));
        Assert.Equal(expected.First, actual.First);
        AssertNear(expected.Increase, actual.Increase, values.Sum(Math.Abs));
    }

    /// <summary>Equal to the order of float64 additions; which of them overflow depends on the order too.</summary>
    public static void AssertNear(double expected, double actual, double scale)
    {
        if (double.IsFinite(scale) && double.IsNaN(expected))
        {
            Assert.Equal(expected, actual);
        }
        else if (double.IsFinite(scale))
        {
            Assert.InRange(actual, expected - (1e-12 * scale), expected + (1e-12 * scale));
        }
    }
}
