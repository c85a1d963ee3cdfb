using Metrics.Core.Memory;
using Metrics.Core.Series;

namespace Metrics.Core.Tests.Series;

public class SeriesBufferTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(7_199_999, 0)]
    [InlineData(7_200_000, 7_200_000)]
    [InlineData(-1, -7_200_000)]
    [InlineData(-7_200_000, -7_200_000)]
    [InlineData(-7_200_001, -14_400_000)]
    public void A_window_starts_at_or_before_its_samples(long timestampMs, long expected) =>
        Assert.Equal(expected, SeriesBuffer.WindowOf(timestampMs));

    [Fact]
    public void An_empty_buffer_has_nothing()
    {
        var model = new BufferModel();
        model.CheckAll();
        model.Seal(long.MaxValue);
        model.CheckBefore(long.MaxValue);
        Assert.Equal(new BufferStatistics(0, 0, long.MaxValue, long.MinValue, 0), model.Buffer.GetStatistics());
    }

    [Fact]
    public void A_series_of_one_point_is_small()
    {
        var pool = new ChunkPool();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var series = new LiveSeries(default, 0, 0);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 256);
        series.Append(pool, 1_700_000_000_000, 42.5);
        Assert.Equal(32, pool.UsedBytes);
    }

    [Fact]
    public void A_sender_that_repeats_itself_costs_nothing()
    {
        var model = new BufferModel();
        for (var i = 0; i < 1000; i++)
        {
            model.Append(1000, 3);
        }

        Assert.Equal(1, model.Buffer.GetStatistics().Samples);
    }

    [Fact]
    public void The_last_write_wins_even_when_it_repeats_the_first()
    {
        var model = new BufferModel();
        model.Append(1000, 1);
        model.Append(1000, 2);
        model.Append(1000, 1);
        model.CheckAll();
        model.Seal(long.MinValue);
        model.CheckAll();
    }

    [Fact]
    public void The_sample_before_passes_over_those_without_a_value()
    {
        var model = new BufferModel();
        model.Append(1000, 1);
        for (var i = 0; i < 3000; i++)
        {
            model.Append(2000 + i, double.NaN);
        }

        model.CheckBefore(10_000);
        model.Append(1000, double.NaN);
        model.CheckBefore(10_000);
        model.Append(500, 7);
        model.CheckBefore(10_000);
    }

    [Fact]
    public void Sealing_closes_a_window_that_is_over_and_no_other()
    {
        var model = new BufferModel();
        model.Append(SeriesBuffer.WindowMs - 1, 1);
        model.Seal(SeriesBuffer.WindowMs - 1);
        model.Append(SeriesBuffer.WindowMs - 1, 2);
        Assert.Single(model.Buffer.DescribeChunks());
        model.Seal(SeriesBuffer.WindowMs);
        model.Append(SeriesBuffer.WindowMs, 3);
        Assert.Equal(2, model.Buffer.DescribeChunks().Count);
        model.CheckAll();
    }

    [Fact]
    public void Distributions_are_kept_in_order_and_the_last_one_wins()
    {
        var buffer = new SeriesBuffer();
        byte[] first = [1], second = [2, 2], third = [3], replaced = [4, 4, 4];
        buffer.AppendDistribution(2000, second);
        buffer.AppendDistribution(-5, first);
        buffer.AppendDistribution(3000, third);
        buffer.AppendDistribution(2000, replaced);
        var read = new List<(long, byte[])>();
        buffer.ReadDistributions(-5, 3000, read);
        Assert.Equal([(-5L, first), (2000L, replaced)], read);
        var statistics = buffer.GetStatistics();
        Assert.Equal((3L, 5L, -5L, 3000L), (statistics.Samples, statistics.Bytes, statistics.OldestMs, statistics.NewestMs));
        Assert.Equal(3000, buffer.NewestMs);
    }

    [Fact]
    public async Task Readers_see_every_sample_once_and_in_order_while_a_writer_goes_on()
    {
        const int Samples = 20_000;
        var buffer = new SeriesBuffer();
        var pool = new ChunkPool();
        var written = 0;
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            var timestamps = new long[SeriesBuffer.ReadCapacity];
            var values = new double[SeriesBuffer.ReadCapacity];
            int seen;
            do
            {
                var atLeast = Volatile.Read(ref written);
                seen = 0;
                long from = 0, last = -1;
                int count;
                while ((count = buffer.Read(ref from, long.MaxValue, timestamps, values)) != 0)
                {
                    for (var i = 0; i < count; i++)
                    {
                        Assert.True(timestamps[i] > last);
                        Assert.Equal(timestamps[i] * 0.5, values[i], 0.0);
                        last = timestamps[i];
                    }

                    seen += count;
                }

                Assert.True(seen >= atLeast);
                if (buffer.TryGetBefore(last, out var before))
                {
                    Assert.True(before.TimestampMs < last);
                }
            }
            while (seen < Samples);
        })).ToArray();

        // Pairs the wrong way round, so that late samples are merged all the time.
        for (var i = 0; i < Samples; i += 2)
        {
            Append(i + 1);
            Append(i);
            Volatile.Write(ref written, i + 2);
            if (i % 1000 == 0)
            {
                buffer.Seal(pool, i * 3000L);
            }
        }

        await Task.WhenAll(readers);

        void Append(long i) => buffer.Append(pool, i * 3000, i * 1500.0);
    }
}
