using Metrics.Core.Model;
using Metrics.Core.Rollups;
using Metrics.Core.Tests.Compression;

namespace Metrics.Core.Tests.Rollups;

/// <summary>Damaged bytes give rows or an <see cref="InvalidDataException"/>, never anything else.</summary>
public sealed class RollupCorruptionTests
{
    private static readonly Dictionary<string, RollupChunk> s_originals = new()
    {
        ["whole numbers"] = One(Gauges.Regular(300, 1_000, Gauges.IntegerWalk(new Random(1), 9))),
        ["decimals"] = One(Gauges.Regular(300, 1_000, Gauges.Walk(new Random(2), 0.3))),
        ["full precision"] = One(Gauges.Regular(300, 1_000, Gauges.FullPrecisionWalk(new Random(3), 0.3))),
        ["points"] = One(Gauges.Regular(60, 10_000, Gauges.Walk(new Random(4), 0.3))),
        ["counter"] = One(Gauges.Regular(300, 1_000, i => i % 400)),
        ["infinite"] = One(Gauges.Regular(300, 1_000, i => i % 50 == 7 ? double.PositiveInfinity : i)),
        ["gaps"] = One(Gauges.Regular(300, 47_000, i => i / 4.0)),
    };

    public static TheoryData<string> Names => [.. s_originals.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_chunk_with_any_bit_flipped_is_read_or_refused(string name)
    {
        var original = s_originals[name];
        for (var bit = 0; bit < 8 * original.Bytes.Length; bit += bit < 800 ? 1 : 13)
        {
            var bytes = original.Bytes.ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            ReadAll(bytes, original.Meta.Count);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_chunk_cut_short_is_read_or_refused_and_without_its_figures_refused(string name)
    {
        var original = s_originals[name];
        var refused = 0;
        for (var length = 0; length < original.Bytes.Length; length++)
        {
            refused += ReadAll(original.Bytes[..length], original.Meta.Count) ? 0 : 1;
        }

        // What is cut off the end of the distributions may go unnoticed for some bytes; the checksum of the block sees it.
        Assert.InRange(refused, Math.Min(original.Bytes.Length - 12, 1), original.Bytes.Length);
        Assert.False(ReadAll(original.Bytes[..8], original.Meta.Count));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void More_rows_than_the_chunk_has_are_refused(string name)
    {
        var original = s_originals[name];
        Assert.False(ReadAll(original.Bytes, original.Meta.Count + 200));
        Assert.Throws<InvalidDataException>(() => new RollupReader(original.Bytes, int.MaxValue, RollupChunks.Minute));
    }

    [Fact]
    public void Random_bytes_are_read_or_refused()
    {
        var random = new Random(6);
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = new byte[random.Next(3, 200)];
            random.NextBytes(bytes);
            bytes[0] = (byte)((RollupFormat.Version << RollupFormat.FormBits) | random.Next(16));
            bytes[1] &= 0x7F;
            bytes[2] = (byte)random.Next(bytes.Length);
            ReadAll(bytes, random.Next(0, 40));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("20 00 00")]
    [InlineData("1F 00 00")]
    [InlineData("1D 00 00")]
    [InlineData("10 FF FF FF FF FF FF FF FF FF FF FF")]
    [InlineData("10 00 7F 00")]
    public void A_header_that_is_none_is_refused(string hex) =>
        Assert.Throws<InvalidDataException>(() => new RollupReader(Convert.FromHexString(hex.Replace(" ", "")), 1, RollupChunks.Minute));

    private static bool ReadAll(byte[] bytes, int count)
    {
        try
        {
            var rows = new RollupRow[count];
            var reader = new RollupReader(bytes, count, RollupChunks.Minute);
            reader.ReadRows(rows);
            var values = new double[RollupReader.MaxWeights];
            var weights = new double[RollupReader.MaxWeights];
            for (var i = 0; i < count; i++)
            {
                Assert.InRange(reader.ReadWeights(i, values, weights), 0, RollupReader.MaxWeights);
            }

            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static RollupChunk One(IReadOnlyList<Sample> samples) => Assert.Single(RollupChunks.Build(RollupChunks.Minute, samples));
}
