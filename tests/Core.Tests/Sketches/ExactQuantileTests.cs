using FsCheck;
using FsCheck.Xunit;
using Metrics.Core.Sketches;

namespace Metrics.Core.Tests.Sketches;

public sealed class ExactQuantileTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.5, 2.5)]
    [InlineData(0.9, 3.7)]
    [InlineData(1, 4)]
    public void Lies_on_the_line_between_two_ranks(double quantile, double expected)
    {
        Assert.Equal(expected, ExactQuantile.OfSorted([1, 2, 3, 4], quantile), 12);
        Assert.Equal(expected, ExactQuantile.OfUnsorted([3, 1, 4, 2], quantile), 12);
    }

    [Fact]
    public void No_points_have_no_quantile()
    {
        Assert.Equal(double.NaN, ExactQuantile.OfSorted([], 0.5));
        Assert.Equal(double.NaN, ExactQuantile.OfUnsorted([], 0.5));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Refuses_what_is_not_a_quantile(double quantile)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ExactQuantile.OfSorted([1], quantile));
        Assert.Throws<ArgumentOutOfRangeException>(() => ExactQuantile.OfUnsorted([1], quantile));
    }

    [Fact]
    public void Spans_the_whole_of_float64()
    {
        Assert.Equal(0, ExactQuantile.OfSorted([double.MinValue, double.MaxValue], 0.5));
        Assert.True(double.IsFinite(ExactQuantile.OfUnsorted([double.MaxValue, double.MinValue], 0.75)));
    }

    [Property(MaxTest = 300)]
    public bool Selection_agrees_with_sorting(NormalFloat[] numbers, byte part)
    {
        var values = numbers.Select(n => n.Get).ToArray();
        var sorted = values.Order().ToArray();
        var quantile = part / 255.0;
        return ExactQuantile.OfSorted(sorted, quantile).Equals(ExactQuantile.OfUnsorted(values, quantile))
            && values.Order().SequenceEqual(sorted);
    }

    [Theory]
    [MemberData(nameof(AllPopulations))]
    public void Selection_agrees_with_sorting_on_larger_populations(string population)
    {
        var points = Populations.Make(population, 20_000, 5);
        var sorted = points.Order().ToArray();
        foreach (var quantile in (double[])[0, 0.001, 0.25, 0.5, 0.99, 0.999, 1])
        {
            Assert.Equal(ExactQuantile.OfSorted(sorted, quantile), ExactQuantile.OfUnsorted([.. points], quantile));
        }
    }

    [Fact]
    public void Selection_survives_an_order_made_against_the_middle_of_three()
    {
        // An organ pipe with interleaved ends gives a poor pivot at every step; the fallback has to give the same answer.
        const int Count = 100_000;
        var values = new double[Count];
        for (var i = 0; i < Count / 2; i++)
        {
            values[i] = i % 2 == 0 ? i + 1 : (Count / 2) + i;
            values[(Count / 2) + i] = 2 * (i + 1);
        }

        var sorted = values.Order().ToArray();
        Assert.Equal(ExactQuantile.OfSorted(sorted, 0.5), ExactQuantile.OfUnsorted(values, 0.5));
    }

    [Theory]
    [MemberData(nameof(AllPopulations))]
    public void The_fallback_pivot_alone_selects_rightly(string population)
    {
        var points = Populations.Make(population, 5_000, 9);
        var sorted = points.Order().ToArray();
        foreach (var rank in (int[])[0, 1, 2_500, 4_998, 4_999])
        {
            Assert.Equal(sorted[rank], ExactQuantile.Select([.. points], rank, work: 0));
        }
    }

    public static TheoryData<string> AllPopulations() => [.. Populations.Names];
}
