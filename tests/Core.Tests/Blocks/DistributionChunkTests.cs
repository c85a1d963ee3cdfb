using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Metrics.Core.Blocks;

namespace Metrics.Core.Tests.Blocks;

public class DistributionChunkTests
{
    [Property(MaxTest = 300)]
    public void Distributions_come_back_as_they_were_written((long TimestampMs, byte[] Serialized)[] any)
    {
        var distributions = any.DistinctBy(static d => d.TimestampMs).OrderBy(static d => d.TimestampMs).ToArray();
        Assert.Equal(Text(distributions), Text(Read(Write(distributions), distributions.Length)));
    }

    [Fact]
    public void The_ends_of_time_are_written_too() =>
        Assert.Equal(
            Text([(long.MinValue, [1]), (0, []), (long.MaxValue, [2])]),
            Text(Read(Write([(long.MinValue, [1]), (0, []), (long.MaxValue, [2])]), 3)));

    [Fact]
    public void Timestamps_that_do_not_ascend_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Write([(5, [1]), (5, [2])]));
        Assert.Throws<ArgumentException>(() => Write([(5, [1]), (4, [2])]));
    }

    [Fact]
    public void Bytes_cut_short_and_wrong_counts_are_refused()
    {
        var bytes = Write([(1_000_000, [1, 2, 3]), (1_010_000, [4, 5])]);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => Read(bytes[..length], 2));
        }

        foreach (var count in (int[])[0, 1, 3, int.MaxValue])
        {
            Assert.Throws<InvalidDataException>(() => Read(bytes, count));
        }

        Assert.Throws<InvalidDataException>(() => Read([.. bytes, 0], 2));
        bytes[0] = 2;
        Assert.Contains("version 2", Assert.Throws<InvalidDataException>(() => Read(bytes, 2)).Message);
    }

    [Property(MaxTest = 2000)]
    public void Random_bytes_are_distributions_or_refused(byte[] bytes, PositiveInt count)
    {
        try
        {
            Assert.Equal(count.Get, Read([1, .. bytes], count.Get).Count);
        }
        catch (InvalidDataException refusal)
        {
            Assert.NotEmpty(refusal.Message);
        }
    }

    private static byte[] Write((long TimestampMs, byte[] Serialized)[] distributions)
    {
        var buffer = new ArrayBufferWriter<byte>();
        DistributionChunk.Write(buffer, distributions);
        return buffer.WrittenSpan.ToArray();
    }

    private static List<(long TimestampMs, byte[] Serialized)> Read(byte[] bytes, int count)
    {
        var into = new List<(long TimestampMs, byte[] Serialized)>();
        DistributionChunk.Read(bytes, count, into);
        return into;
    }

    private static IEnumerable<string> Text(IEnumerable<(long TimestampMs, byte[] Serialized)> distributions) =>
        distributions.Select(static d => $"{d.TimestampMs} {Convert.ToHexString(d.Serialized)}");
}
