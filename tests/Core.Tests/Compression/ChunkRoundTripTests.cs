using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Metrics.Core.Compression;
using Metrics.Core.Model;

namespace Metrics.Core.Tests.Compression;

[Properties(Arbitrary = [typeof(SampleArbitraries)], MaxTest = 500)]
public sealed class ChunkRoundTripTests
{
    [Property]
    public void Any_samples_come_back_bit_for_bit(SampleList list, PositiveInt block)
    {
        byte[] chunk = Chunks.Encode(list.Samples);
        List<Sample> decoded = Chunks.Decode(chunk, list.Samples.Count, block.Get);
        Assert.Equal(Chunks.Bits(list.Samples), Chunks.Bits(decoded));
    }

    [Property(MaxTest = 150)]
    public void An_appender_resumed_at_any_point_writes_the_same_bytes(SampleList list)
    {
        byte[] whole = Chunks.Encode(list.Samples);
        byte[] buffer = [];
        ChunkAppender appender = default;
        foreach (Sample sample in list.Samples)
        {
            ChunkAppender resumed = ChunkAppender.Resume(buffer.AsSpan(0, appender.Length), appender.Count);
            Assert.Equal(appender, resumed);
            appender = resumed;
            Chunks.Append(ref appender, ref buffer, sample);
            Assert.Equal(sample.TimestampMs, appender.LastTimestampMs);
            Assert.True(ValueForm.SameBits(sample.Value, appender.LastValue));
        }

        Assert.Equal(whole, buffer[..appender.Length]);
    }

    [Property(MaxTest = 150)]
    public void A_destination_too_small_by_any_amount_changes_nothing(SampleList list)
    {
        ChunkAppender appender = default;
        byte[] buffer = [];
        foreach (Sample sample in list.Samples)
        {
            byte[] needed = [.. buffer[..appender.Length], .. new byte[ChunkAppender.MaxSampleBytes]];
            ChunkAppender after = appender;
            Assert.True(after.TryAppend(needed, sample.TimestampMs, sample.Value));

            for (int size = appender.Length; size < after.Length; size++)
            {
                byte[] small = [.. buffer[..appender.Length], .. new byte[size - appender.Length]];
                byte[] before = [.. small];
                ChunkAppender refused = appender;
                Assert.False(refused.TryAppend(small, sample.TimestampMs, sample.Value));
                Assert.Equal(appender, refused);
                Assert.Equal(before, small);
            }

            byte[] exact = [.. buffer[..appender.Length], .. new byte[after.Length - appender.Length]];
            Assert.True(appender.TryAppend(exact, sample.TimestampMs, sample.Value));
            Assert.Equal(after, appender);
            Assert.Equal(needed[..after.Length], exact);
            buffer = exact;
        }
    }

    [Theory]
    [InlineData(10_000, 3)]
    [InlineData(123_456, Math.PI)]
    public void A_destination_that_cannot_hold_what_is_there_is_refused(long timestamp, double value)
    {
        byte[] buffer = new byte[64];
        ChunkAppender appender = default;
        Assert.True(appender.TryAppend(buffer, 0, 3));
        for (int size = 0; size <= appender.Length; size++)
        {
            ChunkAppender refused = appender;
            Assert.False(refused.TryAppend(buffer.AsSpan(0, size), timestamp, value));
            Assert.Equal(appender, refused);
        }
    }

    [Fact]
    public void An_empty_chunk_is_no_bytes_and_no_samples()
    {
        ChunkAppender appender = default;
        Assert.Equal(0, appender.Count);
        Assert.Equal(0, appender.Length);
        Assert.Equal(appender, ChunkAppender.Resume([], 0));
        Assert.Empty(Chunks.Decode([], 0));
    }

    [Fact]
    public void A_reader_with_no_room_reads_nothing_and_loses_nothing()
    {
        Sample[] samples = [new(1, 2), new(3, 4)];
        var reader = new ChunkReader(Chunks.Encode(samples), samples.Length);
        Span<long> timestamps = stackalloc long[4];
        Span<double> values = stackalloc double[4];
        Assert.Equal(0, reader.Read([], values));
        Assert.Equal(0, reader.Read(timestamps, []));
        Assert.Equal(2, reader.Read(timestamps, values));
        Assert.Equal(0, reader.Read(timestamps, values));
        Assert.Equal([1, 3], timestamps[..2].ToArray());
    }

    [Fact]
    public void The_appender_is_no_larger_than_a_cache_line() =>
        Assert.True(System.Runtime.CompilerServices.Unsafe.SizeOf<ChunkAppender>() <= 64);

    [Fact]
    public void The_worst_sample_fits_the_room_promised_for_it()
    {
        double[] values = [0, double.MaxValue, 0.1, -0.0, double.Epsilon, 1e300, BitConverter.Int64BitsToDouble(-1)];
        long[] timestamps = [long.MinValue, long.MaxValue, 0, -1];
        ChunkAppender appender = default;
        byte[] buffer = new byte[100_000];
        var random = new Random(5);
        for (int i = 0; i < 2000; i++)
        {
            int before = appender.Length;
            Assert.True(appender.TryAppend(
                buffer.AsSpan(0, before + ChunkAppender.MaxSampleBytes),
                timestamps[random.Next(timestamps.Length)],
                values[random.Next(values.Length)]));
        }
    }
}
