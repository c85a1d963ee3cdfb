using Metrics.Core.Compression;
using Metrics.Core.Model;

namespace Metrics.Core.Tests.Compression;

/// <summary>Sizes follow from the bytes alone, so what the format promises can be asserted.</summary>
public sealed class ChunkSizeTests(ITestOutputHelper output)
{
    private const int Count = 720;

    [Theory]
    [InlineData(1, 1000)]
    [InlineData(1, 10_000)]
    [InlineData(5, 10_000)]
    [InlineData(20, 10_000)]
    [InlineData(30, 15_000)]
    public void An_integer_walk_at_a_fixed_interval_takes_at_most_one_byte_a_sample(int maxStep, long intervalMs) =>
        AssertAtMost(1.0, Gauges.Regular(Count, intervalMs, Gauges.IntegerWalk(new Random(1), maxStep)));

    [Theory]
    [InlineData(0.05, 5, 1000)]
    [InlineData(0.05, 10, 10_000)]
    [InlineData(0.2, 5, 10_000)]
    [InlineData(0.2, 10, 10_000)]
    [InlineData(0.5, 10, 10_000)]
    [InlineData(1.0, 5, 10_000)]
    [InlineData(1.0, 10, 1000)]
    public void A_gauge_of_three_decimals_with_uniform_jitter_takes_at_most_2_2_bytes_a_sample(
        double sigma, int jitterMs, long intervalMs)
    {
        var random = new Random(2);
        Func<double> jitter = () => random.Next(-jitterMs, jitterMs + 1);
        AssertAtMost(2.2, Gauges.Jittered(Count, intervalMs, jitter, Gauges.Walk(random, sigma)));
        AssertAtMost(2.2, Gauges.Jittered(Count, intervalMs, jitter, Gauges.MeanReverting(random, sigma, 0.1)));
    }

    [Theory]
    [InlineData(0.05, 2)]
    [InlineData(0.5, 3)]
    [InlineData(1.0, 5)]
    public void A_gauge_of_three_decimals_with_gaussian_jitter_takes_at_most_2_2_bytes_a_sample(double sigma, double jitterMs)
    {
        var random = new Random(3);
        Func<double> jitter = () => jitterMs * Gauges.Gaussian(random);
        AssertAtMost(2.2, Gauges.Jittered(Count, 10_000, jitter, Gauges.MeanReverting(random, sigma, 0.05)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(99.125)]
    [InlineData(double.NaN)]
    [InlineData(0.1 + 0.2)]
    public void Equal_values_at_a_fixed_interval_take_under_two_bits_a_sample(double value) =>
        AssertAtMost(0.25, Gauges.Regular(Count, 10_000, _ => value));

    [Fact]
    public void A_steady_counter_at_a_fixed_interval_takes_under_two_bits_a_sample() =>
        AssertAtMost(0.25, Gauges.Regular(Count, 10_000, i => 40_000 + (17.0 * i)));

    [Fact]
    public void Values_that_are_not_decimal_take_little_more_than_their_random_bits() =>
        AssertAtMost(6.6, Gauges.Regular(Count, 10_000, Gauges.FullPrecisionWalk(new Random(4), 0.2)));

    [Fact]
    public void Values_of_single_precision_do_not_pay_for_double()
    {
        Func<int, double> walk = Gauges.FullPrecisionWalk(new Random(4), 0.2);
        AssertAtMost(2.9, Gauges.Regular(Count, 10_000, i => (float)walk(i)));
    }

    [Fact]
    public void A_staleness_marker_between_decimals_costs_no_more_than_itself()
    {
        double stale = BitConverter.Int64BitsToDouble(0x7FF0_0000_0000_0002);
        Func<int, double> walk = Gauges.IntegerWalk(new Random(6), 5);
        int plain = Chunks.Encode(Gauges.Regular(Count, 10_000, walk)).Length;
        walk = Gauges.IntegerWalk(new Random(6), 5);
        int marked = Chunks.Encode(Gauges.Regular(Count, 10_000, i => i % 100 == 50 ? stale + (0 * walk(i)) : walk(i))).Length;
        Assert.InRange(marked - plain, 0, 7 * 12);
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(42.5, 12)]
    [InlineData(123456.789, 13)]
    [InlineData(Math.PI, 17)]
    [InlineData(double.NaN, 17)]
    public void A_chunk_of_one_sample_is_small(double value, int maxLength) =>
        Assert.InRange(Chunks.Encode([new Sample(Gauges.Start, value)]).Length, 1, maxLength);

    [Fact]
    public void No_sample_at_all_makes_a_first_sample_of_more_than_24_bytes() =>
        Assert.InRange(Chunks.Encode([new Sample(long.MinValue, BitConverter.Int64BitsToDouble(-1))]).Length, 1, 24);

    private void AssertAtMost(double maxBytesPerSample, Sample[] samples)
    {
        double bytes = (double)Chunks.Encode(samples).Length / samples.Length;
        output.WriteLine($"{bytes:F3} B a sample");
        Assert.InRange(bytes, 0, maxBytesPerSample);
    }
}
