using System.Buffers;
using Metrics.Core.Sketches;

namespace Metrics.Core.Tests.Sketches;

public sealed class TDigestAccuracyTests
{
    private static readonly (double Quantile, double RankError)[] s_limits =
    [
        (0.001, 0.0002), (0.01, 0.001), (0.1, 0.005), (0.25, 0.005), (0.5, 0.005), (0.75, 0.005), (0.9, 0.005), (0.95, 0.0025),
        (0.99, 0.001), (0.999, 0.0002), (0.9999, 0.0001),
    ];

    [Theory]
    [MemberData(nameof(PopulationsBySize))]
    public void Sorted_points_keep_their_ranks(string population, int size)
    {
        var sorted = Populations.Sorted(population, size, size);
        var digest = TDigest.FromSorted(sorted);
        AssertTotals(sorted, digest);
        AssertRanks(sorted, digest);
    }

    [Theory]
    [MemberData(nameof(PopulationsBySize))]
    public void Points_added_in_their_own_order_keep_their_ranks(string population, int size)
    {
        var points = Populations.Make(population, size, size);
        var digest = new TDigest();
        foreach (var point in points)
        {
            digest.Add(point);
        }

        Array.Sort(points);
        AssertTotals(points, digest);
        AssertRanks(points, digest);
    }

    [Theory]
    [MemberData(nameof(SmallPopulations))]
    public void Up_to_the_point_capacity_quantiles_are_exact(string population, int size)
    {
        var points = Populations.Make(population, size, size);
        var one = new TDigest();
        var left = new TDigest();
        var right = new TDigest();
        for (var i = 0; i < size; i++)
        {
            one.Add(points[i]);
            (i % 3 == 0 ? left : right).Add(points[i]);
        }

        left.Merge(right);
        left.Compact();
        Array.Sort(points);
        var sorted = TDigest.FromSorted(points);
        for (var quantile = 0.0; quantile <= 1; quantile += 1 / 256.0)
        {
            var exact = ExactQuantile.OfSorted(points, quantile);
            Assert.Equal(exact, one.Quantile(quantile));
            Assert.Equal(exact, sorted.Quantile(quantile));
            Assert.Equal(exact, left.Quantile(quantile));
        }
    }

    [Theory]
    [InlineData("constant", 100_000)]
    [InlineData("few distinct", 100_000)]
    public void A_few_values_are_exact_however_often_they_come(string population, int size)
    {
        var points = Populations.Make(population, size, 8);
        var digest = new TDigest();
        foreach (var point in points)
        {
            digest.Add(point);
        }

        Array.Sort(points);
        for (var quantile = 0.0; quantile <= 1; quantile += 1 / 256.0)
        {
            Assert.Equal(ExactQuantile.OfSorted(points, quantile), digest.Quantile(quantile));
        }
    }

    [Theory]
    [MemberData(nameof(PopulationsByMinute))]
    public void Sixty_minutes_and_a_day_of_them_keep_their_ranks_through_serialization(string population, int perMinute)
    {
        var hours = perMinute == 60 ? 24 : 2;
        var day = new TDigest();
        var dayPoints = new List<double>();
        for (var hour = 0; hour < hours; hour++)
        {
            var direct = new TDigest();
            var stored = new TDigest();
            var hourPoints = new List<double>();
            for (var minute = 0; minute < 60; minute++)
            {
                var points = Populations.Sorted(population, perMinute, 1 + (hour * 60) + minute);
                var digest = TDigest.FromSorted(points);
                direct.Merge(digest);
                stored.Merge(RoundTrip(digest));
                hourPoints.AddRange(points);
            }

            var sorted = Sorted(hourPoints);
            AssertTotals(sorted, direct);
            AssertRanks(sorted, direct);
            var hourly = RoundTrip(stored);
            AssertTotals(sorted, hourly);
            AssertRanks(sorted, hourly);
            day.Merge(hourly);
            dayPoints.AddRange(sorted);
        }

        var all = Sorted(dayPoints);
        day = RoundTrip(day);
        AssertTotals(all, day);
        AssertRanks(all, day);
    }

    [Theory]
    [InlineData("latency", 60)]
    [InlineData("latency", 1_000)]
    [InlineData("integer latency", 60)]
    [InlineData("integer latency", 1_000)]
    [InlineData("exponential", 60)]
    [InlineData("exponential", 1_000)]
    public void The_99th_percentile_of_an_hour_of_latencies_is_within_one_percent(string population, int perMinute)
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var hour = new TDigest();
            var points = new List<double>();
            for (var minute = 0; minute < 60; minute++)
            {
                var sorted = Populations.Sorted(population, perMinute, (seed * 60) + minute);
                hour.Merge(RoundTrip(TDigest.FromSorted(sorted)));
                points.AddRange(sorted);
            }

            var exact = ExactQuantile.OfSorted(Sorted(points), 0.99);
            Assert.InRange(hour.Quantile(0.99), exact * 0.99, exact * 1.01);
        }
    }

    [Fact]
    public void Quantiles_never_fall_as_the_quantile_grows()
    {
        foreach (var population in Populations.Names)
        {
            var digest = RoundTrip(TDigest.FromSorted(Populations.Sorted(population, 7_000, 4)));
            var previous = digest.Min;
            for (var quantile = 0.0; quantile <= 1; quantile += 1 / 4096.0)
            {
                var value = digest.Quantile(quantile);
                Assert.True(value >= previous, $"{population} at {quantile}: {value} after {previous}");
                previous = value;
            }
        }
    }

    public static TheoryData<string, int> PopulationsBySize() => Cross(1, 2, 3, 10, 60, 201, 500, 1_000, 10_000, 100_000);

    public static TheoryData<string, int> SmallPopulations() => Cross(1, 2, 3, 7, 60, 200);

    public static TheoryData<string, int> PopulationsByMinute() => Cross(60, 1_000);

    private static TheoryData<string, int> Cross(params int[] sizes)
    {
        var data = new TheoryData<string, int>();
        foreach (var name in Populations.Names)
        {
            foreach (var size in sizes)
            {
                data.Add(name, size);
            }
        }

        return data;
    }

    private static double[] Sorted(List<double> points)
    {
        var sorted = points.ToArray();
        Array.Sort(sorted);
        return sorted;
    }

    private static TDigest RoundTrip(TDigest digest)
    {
        var buffer = new ArrayBufferWriter<byte>();
        digest.Write(buffer);
        Assert.True(TDigest.TryRead(buffer.WrittenSpan, out var read));
        return read!;
    }

    private static void AssertTotals(double[] sorted, TDigest digest)
    {
        Assert.Equal(sorted.Length, digest.Count);
        Assert.Equal(sorted[0], digest.Min);
        Assert.Equal(sorted[^1], digest.Max);
        Assert.Equal(sorted[0], digest.Quantile(0));
        Assert.Equal(sorted[^1], digest.Quantile(1));
        var sum = sorted.Sum();
        Assert.InRange(digest.Sum, sum - (1e-11 * sorted.Sum(Math.Abs)), sum + (1e-11 * sorted.Sum(Math.Abs)));
    }

    private static void AssertRanks(double[] sorted, TDigest digest)
    {
        foreach (var (quantile, limit) in s_limits)
        {
            var value = digest.Quantile(quantile);
            var error = Populations.RankError(sorted, quantile, value);
            Assert.True(error <= limit, $"p{quantile * 100} of {sorted.Length} points: {value} is off by {error:P4}");
        }
    }
}
