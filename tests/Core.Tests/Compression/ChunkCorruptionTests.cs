using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Metrics.Core.Compression;
using Metrics.Core.Model;

namespace Metrics.Core.Tests.Compression;

/// <summary>Damaged bytes give samples or an <see cref="InvalidDataException"/>; the bytes around the chunk are never read.</summary>
public sealed class ChunkCorruptionTests
{
    private static readonly Dictionary<string, Sample[]> Originals = new()
    {
        ["constant"] = Gauges.Regular(300, 10_000, _ => 7),
        ["integers"] = Gauges.Regular(200, 10_000, Gauges.IntegerWalk(new Random(1), 9)),
        ["decimals"] = Gauges.Jittered(120, 1000, () => 4, Gauges.Walk(new Random(2), 0.3)),
        ["full precision"] = Gauges.Regular(60, 1000, Gauges.FullPrecisionWalk(new Random(3), 0.3)),
        ["mixed"] = Mixed(),
    };

    public static TheoryData<string> Names => [.. Originals.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_chunk_cut_short_anywhere_is_refused(string name)
    {
        byte[] chunk = Chunks.Encode(Originals[name]);
        for (int length = 0; length < chunk.Length; length++)
        {
            // A copy of its own, so that a read past the end would not find the rest.
            byte[] cut = chunk[..length];
            Assert.Throws<InvalidDataException>(() => Chunks.Decode(cut, Originals[name].Length));
            Assert.Throws<InvalidDataException>(() => ChunkAppender.Resume(cut, Originals[name].Length));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_chunk_with_bytes_after_it_is_refused(string name)
    {
        byte[] chunk = Chunks.Encode(Originals[name]);
        Assert.Throws<InvalidDataException>(() => Chunks.Decode([.. chunk, 0], Originals[name].Length));
        Assert.Throws<InvalidDataException>(() => Chunks.Decode([.. chunk, .. chunk], Originals[name].Length));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_flipped_bit_anywhere_gives_samples_or_is_refused(string name)
    {
        byte[] chunk = Chunks.Encode(Originals[name]);
        for (int bit = 0; bit < 8 * chunk.Length; bit++)
        {
            chunk[bit >> 3] ^= (byte)(0x80 >> (bit & 7));
            AssertSamplesOrRefused(chunk, Originals[name].Length);
            chunk[bit >> 3] ^= (byte)(0x80 >> (bit & 7));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_wrong_count_gives_samples_or_is_refused(string name)
    {
        byte[] chunk = Chunks.Encode(Originals[name]);
        int count = Originals[name].Length;
        foreach (int wrong in (int[])[0, 1, count / 2, count - 1, count + 1, count + 8, 10 * count, int.MaxValue])
        {
            AssertSamplesOrRefused(chunk, wrong);
        }
    }

    [Property(MaxTest = 3000)]
    public void Random_bytes_give_samples_or_are_refused(byte[] bytes, PositiveInt count)
    {
        AssertSamplesOrRefused(bytes, count.Get);
        // The right version gets further in.
        AssertSamplesOrRefused([0x10, .. bytes], count.Get);
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x20)]
    [InlineData(0xF0)]
    public void Another_version_is_refused_by_its_number(byte first)
    {
        byte[] chunk = Chunks.Encode([new Sample(1, 1)]);
        chunk[0] = (byte)(first | (chunk[0] & 0x0F));
        InvalidDataException refusal = Assert.Throws<InvalidDataException>(() => Chunks.Decode(chunk, 1));
        Assert.Contains($"version {first >> 4}", refusal.Message);
    }

    [Fact]
    public void A_negative_count_is_an_argument_error() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Chunks.Decode([], -1));

    private static void AssertSamplesOrRefused(byte[] chunk, int count)
    {
        try
        {
            Assert.Equal(count, Chunks.Decode(chunk, count).Count);
            ChunkAppender appender = ChunkAppender.Resume(chunk, count);
            Assert.Equal(chunk.Length, appender.Length);
            Assert.True(appender.TryAppend([.. chunk, .. new byte[ChunkAppender.MaxSampleBytes]], 5, 5));
        }
        catch (InvalidDataException refusal)
        {
            Assert.NotEmpty(refusal.Message);
        }
    }

    private static Sample[] Mixed()
    {
        double[] values = [1, 1.5, double.NaN, 2.125, Math.PI, Math.E, 0.1f, -0.0, 3, 3, 3, 1e300, 4];
        var random = new Random(4);
        return Gauges.Jittered(100, 5000, () => random.Next(10) == 0 ? 100_000 : 0, i => values[random.Next(values.Length)]);
    }
}
