using System.Buffers;
using System.Buffers.Binary;
using FsCheck;
using FsCheck.Xunit;
using Metrics.Core.Sketches;

namespace Metrics.Core.Tests.Sketches;

public sealed class TDigestFormatTests
{
    [Theory]
    [MemberData(nameof(FewPoints))]
    public void A_few_points_come_back_bit_for_bit(string population, int size)
    {
        var digest = TDigest.FromSorted(Populations.Sorted(population, size, size));
        var bytes = Write(digest);
        var read = Read(bytes);
        Assert.Equal(Means(digest), Means(read));
        Assert.Equal(digest.Sum, read.Sum);
        Assert.InRange(bytes.Length, 1, (sizeof(double) * size) + 3);
    }

    [Property(MaxTest = 300)]
    public bool Any_few_numbers_come_back_bit_for_bit(NormalFloat[] numbers)
    {
        var digest = new TDigest();
        foreach (var number in numbers.Take(24))
        {
            digest.Add(number.Get);
        }

        var read = Read(Write(digest));
        return Means(digest).SequenceEqual(Means(read)) && digest.Sum.Equals(read.Sum) && digest.Count.Equals(read.Count);
    }

    [Theory]
    [MemberData(nameof(AllPopulations))]
    public void A_minute_of_seconds_takes_at_most_200_bytes(string population)
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var bytes = Write(TDigest.FromSorted(Populations.Sorted(population, 60, seed)));
            Assert.InRange(bytes.Length, 1, 200);
        }
    }

    [Theory]
    [InlineData("constant", 60, 8)]
    [InlineData("integer latency", 60, 90)]
    [InlineData("latency", 60, 160)]
    [InlineData("latency", 100_000, 1_600)]
    public void Sizes_are_what_the_format_page_says(string population, int points, int atMost) =>
        Assert.InRange(Write(TDigest.FromSorted(Populations.Sorted(population, points, 1))).Length, 1, atMost);

    [Theory]
    [MemberData(nameof(PopulationsBySize))]
    public void Is_never_larger_than_the_points(string population, int size) =>
        Assert.InRange(
            Write(TDigest.FromSorted(Populations.Sorted(population, size, 2))).Length, 1, (sizeof(double) * size) + 3);

    [Theory]
    [MemberData(nameof(PopulationsBySize))]
    public void Totals_come_back_to_the_bit(string population, int size)
    {
        var digest = new TDigest();
        foreach (var point in Populations.Make(population, size, 3))
        {
            digest.Add(point, 1 / 0.7);
        }

        var read = Read(Write(digest));
        Assert.Equal(digest.Count, read.Count);
        Assert.Equal(digest.Sum, read.Sum);
        Assert.Equal(digest.Min, read.Min);
        Assert.Equal(digest.Max, read.Max);
    }

    [Theory]
    [MemberData(nameof(PopulationsBySize))]
    public void Means_move_by_a_small_share_of_the_gap(string population, int size)
    {
        var digest = TDigest.FromSorted(Populations.Sorted(population, size, 4));
        var before = Means(digest);
        var read = Read(Write(digest));
        var after = Means(read);
        Assert.Equal(
            digest.Centroids.ToArray().Select(c => (c.Weight, c.IsPile)), read.Centroids.ToArray().Select(c => (c.Weight, c.IsPile)));
        for (var i = 1; i < before.Length; i++)
        {
            var gap = before[i] - before[i - 1];
            var earlier = i > 1 ? before[i - 1] - before[i - 2] : 0;
            Assert.InRange(after[i], before[i] - ((gap + (earlier / 64)) / 64), before[i] + (gap / 64));
        }
    }

    [Fact]
    public void Writing_again_what_was_read_gives_the_same_digest()
    {
        foreach (var population in Populations.Names)
        {
            var once = Read(Write(TDigest.FromSorted(Populations.Sorted(population, 5_000, 6))));
            var twice = Read(Write(once));
            Assert.Equal(once.Count, twice.Count);
            Assert.Equal(once.Sum, twice.Sum);
            Assert.Equal(once.Quantile(0.5), twice.Quantile(0.5), Math.Abs(once.Max - once.Min) / 1e4);
        }
    }

    [Fact]
    public void Keeps_a_compression_of_its_own()
    {
        Assert.Equal(100, Read(Write(TDigest.FromSorted([1, 2, 3], 100))).Compression);
        Assert.Equal(50, Read(Write(new TDigest(50))).Compression);
        Assert.Equal(TDigest.DefaultCompression, Read(Write(new TDigest())).Compression);
    }

    [Fact]
    public void A_range_beyond_float64_is_kept()
    {
        var digest = new TDigest();
        for (var i = -30; i <= 30; i++)
        {
            digest.Add(i / 30.0 * double.MaxValue);
        }

        Assert.Equal(Means(digest), Means(Read(Write(digest))));
    }

    [Fact]
    public void The_smallest_and_the_greatest_gaps_fit_one_digest()
    {
        var digest = new TDigest();
        for (var exponent = -1020; exponent <= 1023; exponent += 12)
        {
            digest.Add(Math.ScaleB(1, exponent));
        }

        var before = Means(digest);
        var after = Means(Read(Write(digest)));
        Assert.All(before.Zip(after), pair => Assert.InRange(pair.Second, pair.First * 0.98, pair.First * 1.02));
    }

    [Theory]
    [MemberData(nameof(AllPopulations))]
    public void Refuses_every_prefix_and_anything_longer(string population)
    {
        foreach (var points in (int[])[5, 60, 600])
        {
            var bytes = Write(TDigest.FromSorted(Populations.Sorted(population, points, 7)));
            for (var length = 0; length < bytes.Length; length++)
            {
                Assert.False(TDigest.TryRead(bytes.AsSpan(0, length), out var none));
                Assert.Null(none);
            }

            Assert.False(TDigest.TryRead([.. bytes, 0], out _));
        }
    }

    [Theory]
    [MemberData(nameof(AllPopulations))]
    public void A_flipped_bit_is_refused_or_gives_a_digest_that_still_holds_together(string population)
    {
        foreach (var points in (int[])[5, 60, 300])
        {
            var bytes = Write(TDigest.FromSorted(Populations.Sorted(population, points, 7)));
            for (var bit = 0; bit < 8 * bytes.Length; bit += points > 100 ? 23 : 1)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                AssertSound(bytes);
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
    }

    [Property(MaxTest = 2_000)]
    public void Any_bytes_are_refused_or_give_a_digest_that_holds_together(byte[] bytes, byte form)
    {
        // Most random bytes fail at the version, so half of them are given a good one.
        if (bytes.Length > 0 && form < 128)
        {
            bytes[0] = (byte)((1 << 5) | (form & 31));
        }

        AssertSound(bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("E1")]
    [InlineData("2100")]
    [InlineData("24")]
    [InlineData("220101000000")]
    public void Refuses_what_no_writer_writes(string hex) => Assert.False(TDigest.TryRead(Convert.FromHexString(hex), out _));

    [Fact]
    public void An_absurd_count_allocates_nothing_to_speak_of()
    {
        byte[] bytes = [0x21, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0xFC, 0xFF, 0xFF, 0xFF, 0x0F, 0, 0, 0];
        Assert.False(TDigest.TryRead(bytes, out _));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(TDigest.TryRead(bytes, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 512);
    }

    [Theory]
    [InlineData(double.NaN, 2)]
    [InlineData(1, double.NaN)]
    [InlineData(double.NegativeInfinity, 2)]
    [InlineData(1, double.PositiveInfinity)]
    [InlineData(2, 1)]
    public void Refuses_means_that_are_not_finite_or_fall(double first, double second)
    {
        // Raw form, two centroids, one run of two single points.
        var bytes = new byte[3 + (2 * sizeof(double))];
        (bytes[0], bytes[1], bytes[2]) = (0x21, 2, 2 << 2);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(3), 1);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(11), 2);
        Assert.True(TDigest.TryRead(bytes, out _));
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(3), first);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(11), second);
        Assert.False(TDigest.TryRead(bytes, out _));
    }

    [Theory]
    [InlineData("20", new double[0])]
    [InlineData("22010400D804", new[] { 300.0 })]
    [InlineData("2202040901B60748", new[] { 47.5, 54.7, 54.7 })]
    [InlineData("210208555555555555D53F182D4454FB210940", new[] { 1 / 3.0, Math.PI })]
    public void Bytes_of_version_1_stay_readable(string hex, double[] points)
    {
        var digest = Read(Convert.FromHexString(hex));
        Assert.Equal(points.Length, digest.Count);
        Assert.Equal(points.Distinct(), Means(digest));
        Assert.Equal(hex, Convert.ToHexString(Write(TDigest.FromSorted(points))));
    }

    [Fact]
    public void Writing_a_compact_digest_allocates_nothing()
    {
        var digest = TDigest.FromSorted(Populations.Sorted("latency", 10_000, 1));
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        digest.Write(buffer);
        buffer.ResetWrittenCount();
        var before = GC.GetAllocatedBytesForCurrentThread();
        digest.Write(buffer);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(buffer.WrittenCount, 500, 2_000);
    }

    public static TheoryData<string> AllPopulations() => [.. Populations.Names];

    public static TheoryData<string, int> FewPoints() => Cross(1, 2, 5, 24);

    public static TheoryData<string, int> PopulationsBySize() => Cross(1, 2, 3, 10, 24, 25, 60, 250, 1_000, 20_000);

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

    private static double[] Means(TDigest digest)
    {
        digest.Compact();
        return [.. digest.Centroids.ToArray().Select(c => c.Mean)];
    }

    private static byte[] Write(TDigest digest)
    {
        var buffer = new ArrayBufferWriter<byte>();
        digest.Write(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static TDigest Read(byte[] bytes)
    {
        Assert.True(TDigest.TryRead(bytes, out var digest));
        return digest!;
    }

    private static void AssertSound(ReadOnlySpan<byte> bytes)
    {
        if (!TDigest.TryRead(bytes, out var digest) || digest!.Count == 0)
        {
            return;
        }

        Assert.True(double.IsFinite(digest.Count) && digest.Count > 0);
        Assert.InRange(digest.Centroids.Length, 1, Math.Max(bytes.Length, 1));
        Assert.Equal(digest.Min, digest.Quantile(0));
        Assert.Equal(digest.Max, digest.Quantile(1));
        Assert.InRange(digest.Quantile(0.5), digest.Min, digest.Max);
        var again = new ArrayBufferWriter<byte>();
        digest.Write(again);
        Assert.True(TDigest.TryRead(again.WrittenSpan, out _));
    }
}
