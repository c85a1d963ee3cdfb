using Metrics.Core.Sketches;

namespace Metrics.Core.Tests.Sketches;

public sealed class TDigestTests
{
    [Fact]
    public void An_empty_digest_has_no_values()
    {
        var digest = new TDigest();
        Assert.Equal(0, digest.Count);
        Assert.Equal(0, digest.Sum);
        Assert.Equal(double.NaN, digest.Min);
        Assert.Equal(double.NaN, digest.Max);
        Assert.Equal(double.NaN, digest.Quantile(0.5));
        Assert.Equal(0, digest.Capacity);
    }

    [Theory]
    [InlineData(19)]
    [InlineData(2001)]
    [InlineData(double.NaN)]
    public void Refuses_a_compression_out_of_range(double compression) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TDigest(compression));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Refuses_values_that_are_not_finite_and_keeps_the_rest(double value)
    {
        var digest = TDigest.FromSorted([1, 2]);
        Assert.Throws<ArgumentException>(() => digest.Add(value));
        Assert.Throws<ArgumentException>(() => digest.AddSorted([value]));
        Assert.Throws<ArgumentException>(() => digest.AddSorted([0, value, 3]));
        Assert.Equal(2, digest.Count);
        Assert.Equal(3, digest.Sum);
        Assert.Equal(1.5, digest.Quantile(0.5));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Refuses_a_weight_that_is_none(double weight) =>
        Assert.Throws<ArgumentException>(() => new TDigest().Add(1, weight));

    [Fact]
    public void Refuses_points_that_are_not_in_order() =>
        Assert.Throws<ArgumentException>(() => TDigest.FromSorted([1, 3, 2]));

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void Refuses_what_is_not_a_quantile(double quantile) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TDigest().Quantile(quantile));

    [Fact]
    public void A_whole_weight_is_that_many_equal_points()
    {
        var digest = new TDigest();
        digest.Add(10, 3);
        digest.Add(20);
        digest.Add(5, 2);
        double[] points = [5, 5, 10, 10, 10, 20];
        for (var quantile = 0.0; quantile <= 1; quantile += 1 / 64.0)
        {
            Assert.Equal(ExactQuantile.OfSorted(points, quantile), digest.Quantile(quantile), 12);
        }

        Assert.Equal(6, digest.Count);
        Assert.Equal(60, digest.Sum);
    }

    [Fact]
    public void Fractional_weights_stand_between_whole_ones()
    {
        var digest = new TDigest();
        digest.Add(1, 0.25);
        digest.Add(2, 2.5);
        digest.Add(3, 0.25);
        Assert.Equal(3, digest.Count);
        Assert.Equal(6, digest.Sum);
        Assert.Equal(1, digest.Quantile(0));
        Assert.Equal(2, digest.Quantile(0.5));
        Assert.Equal(3, digest.Quantile(1));
    }

    [Fact]
    public void Sampled_points_weigh_as_all_of_them()
    {
        var sampled = new TDigest();
        var all = new List<double>();
        foreach (var value in Populations.Make("latency", 5_000, 3))
        {
            sampled.Add(value, 1 / 0.3);
            all.Add(value);
        }

        all.Sort();
        Assert.Equal(5_000 / 0.3, sampled.Count, 1e-6);
        foreach (var quantile in (double[])[0.1, 0.5, 0.9, 0.99])
        {
            Assert.InRange(Populations.RankError([.. all], quantile, sampled.Quantile(quantile)), 0, 0.002);
        }
    }

    [Fact]
    public void Merging_leaves_the_source_as_it_was()
    {
        var source = new TDigest();
        foreach (var value in (double[])[3, 1, 2])
        {
            source.Add(value);
        }

        var target = TDigest.FromSorted([10, 11]);
        target.Merge(source);
        Assert.Equal(5, target.Count);
        Assert.Equal(27, target.Sum);
        Assert.Equal([1, 2, 3, 10, 11], target.Centroids.ToArray().Select(c => c.Mean).Order());
        Assert.Equal([3, 1, 2], source.Centroids.ToArray().Select(c => c.Mean));
    }

    [Fact]
    public void Merging_with_itself_doubles_every_weight()
    {
        var digest = TDigest.FromSorted([1, 2, 4]);
        digest.Merge(digest);
        Assert.Equal(6, digest.Count);
        Assert.Equal(14, digest.Sum);
        Assert.Equal(ExactQuantile.OfSorted([1, 1, 2, 2, 4, 4], 0.7), digest.Quantile(0.7));
    }

    [Fact]
    public void Merging_nothing_changes_nothing()
    {
        var digest = TDigest.FromSorted([1, 2, 4]);
        digest.Merge(new TDigest());
        Assert.Equal(3, digest.Count);
        Assert.Equal(1, digest.Min);
    }

    [Fact]
    public void Clear_forgets_everything()
    {
        var digest = TDigest.FromSorted([1, 2, 4]);
        digest.Clear();
        Assert.Equal(0, digest.Count);
        Assert.Equal(0, digest.Sum);
        Assert.Equal(double.NaN, digest.Max);
        digest.Add(7);
        Assert.Equal(7, digest.Quantile(0.3));
    }

    [Fact]
    public void Digests_of_different_compression_merge_into_the_targets()
    {
        var fine = TDigest.FromSorted(Populations.Sorted("latency", 20_000, 1), 1000);
        var coarse = new TDigest(50);
        coarse.Merge(fine);
        coarse.Compact();
        Assert.InRange(coarse.Centroids.Length, 10, coarse.MaxCentroids);
        Assert.Equal(fine.Sum, coarse.Sum);
    }

    [Fact]
    public void Values_at_the_ends_of_float64_stay_finite()
    {
        var digest = new TDigest(20);
        for (var i = 0; i < 5_000; i++)
        {
            digest.Add((i % 2 == 0 ? 1 : -1) * double.MaxValue * ((i % 97) / 97.0));
        }

        for (var quantile = 0.0; quantile <= 1; quantile += 1 / 128.0)
        {
            Assert.InRange(digest.Quantile(quantile), -double.MaxValue, double.MaxValue);
        }
    }

    [Fact]
    public void A_few_points_take_a_few_bytes_of_memory()
    {
        Assert.Equal(60, TDigest.FromSorted(Populations.Sorted("latency", 60, 1)).Capacity);
        Assert.Equal(1, TDigest.FromSorted(Populations.Sorted("constant", 60, 1)).Capacity);
        var one = new TDigest();
        one.Add(1);
        Assert.InRange(one.Capacity, 1, 8);
    }

    [Theory]
    [InlineData("latency")]
    [InlineData("pareto")]
    [InlineData("reversed")]
    public void Memory_is_bounded_whatever_is_added(string population)
    {
        var digest = new TDigest();
        foreach (var value in Populations.Make(population, 200_000, 1))
        {
            digest.Add(value);
        }

        Assert.InRange(digest.Capacity, 0, 2_016);
        digest.Compact();
        Assert.InRange(digest.Capacity, digest.PointCapacity / 2, digest.MaxCentroids);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(3_000)]
    public void Merging_into_a_warm_digest_allocates_nothing(int points)
    {
        var minutes = Enumerable.Range(0, 60)
            .Select(i => TDigest.FromSorted(Populations.Sorted("latency", points, i)))
            .ToArray();
        var sorted = Populations.Sorted("latency", points, 99);
        var target = new TDigest();
        MergeAll(target, minutes, sorted);

        var before = GC.GetAllocatedBytesForCurrentThread();
        MergeAll(target, minutes, sorted);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(62.0 * points, target.Count);
    }

    private static void MergeAll(TDigest target, TDigest[] minutes, double[] sorted)
    {
        target.Clear();
        foreach (var minute in minutes)
        {
            target.Merge(minute);
        }

        target.AddSorted(sorted);
        foreach (var value in sorted)
        {
            target.Add(value);
        }

        target.Quantile(0.99);
    }
}
