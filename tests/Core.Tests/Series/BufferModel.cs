using Metrics.Core.Memory;
using Metrics.Core.Model;
using Metrics.Core.Series;

namespace Metrics.Core.Tests.Series;

/// <summary>A buffer beside what it should hold, written plainly: the last value by timestamp.</summary>
internal sealed class BufferModel
{
    private readonly SortedDictionary<long, double> _model = [];
    private readonly long[] _timestamps = new long[SeriesBuffer.ReadCapacity];
    private readonly double[] _values = new double[SeriesBuffer.ReadCapacity];

    public SeriesBuffer Buffer { get; } = new();

    public ChunkPool Pool { get; } = new();

    public int Count => _model.Count;

    public void Append(long timestampMs, double value)
    {
        Buffer.Append(Pool, timestampMs, value);
        _model[timestampMs] = value;
    }

    public void Seal(long beforeMs)
    {
        Buffer.Seal(Pool, beforeMs);
        Assert.Equal(_model.Count, Buffer.GetStatistics().Samples);
    }

    public void CheckRange(long fromMs, long toMs)
    {
        var expected = _model.Where(p => p.Key >= fromMs && p.Key < toMs).Select(static p => (p.Key, Bits(p.Value)));
        Assert.Equal(expected, Read(fromMs, toMs));
    }

    public void CheckBefore(long timestampMs)
    {
        var older = _model.Where(p => p.Key < timestampMs && !double.IsNaN(p.Value)).Select(static p => new Sample(p.Key, p.Value)).ToList();
        Assert.Equal(older.Count != 0, Buffer.TryGetBefore(timestampMs, out var found));
        Assert.Equal(older.LastOrDefault(), found);
    }

    /// <summary>Everything: content, statistics, the shape of the chunks, and that the pool has back what is not in use.</summary>
    public void CheckAll()
    {
        CheckRange(long.MinValue, long.MaxValue);
        var statistics = Buffer.GetStatistics();
        Assert.InRange(statistics.Samples, _model.Count, _model.Count + 64);
        Assert.Equal(_model.Count == 0 ? long.MaxValue : _model.Keys.First(), statistics.OldestMs);
        Assert.Equal(_model.Count == 0 ? long.MinValue : _model.Keys.Last(), statistics.NewestMs);
        Assert.Equal(statistics.NewestMs, Buffer.NewestMs);
        var chunks = Buffer.DescribeChunks();
        Assert.Equal(statistics.Chunks, chunks.Count);
        Assert.Equal(Pool.UsedBytes, chunks.Sum(static c => (long)c.SlotBytes));
        Assert.All(chunks, static c => Assert.InRange(c.Samples, 1, SeriesBuffer.MaxChunkSamples));
        Assert.All(chunks, static c => Assert.True(c.MinMs <= c.MaxMs));
        Assert.All(chunks, static c => Assert.Equal(SeriesBuffer.WindowOf(c.MinMs), SeriesBuffer.WindowOf(c.MaxMs)));
        Assert.All(chunks.Zip(chunks.Skip(1)), static pair => Assert.True(pair.First.MaxMs < pair.Second.MinMs));
    }

    private List<(long, long)> Read(long fromMs, long toMs)
    {
        var all = new List<(long, long)>();
        int count;
        while ((count = Buffer.Read(ref fromMs, toMs, _timestamps, _values)) != 0)
        {
            for (var i = 0; i < count; i++)
            {
                all.Add((_timestamps[i], Bits(_values[i])));
            }
        }

        Assert.True(fromMs >= toMs);
        return all;
    }

    private static long Bits(double value) => BitConverter.DoubleToInt64Bits(value);
}
