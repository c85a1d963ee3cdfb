using Metrics.Core.Blocks;
using Metrics.Core.Memory;
using Metrics.Core.Series;

namespace Metrics.Core.Tests.Series;

/// <summary>
/// A buffer and the blocks that were made from it, beside what the two together should hold: memory wins over blocks, later blocks over
/// earlier ones.
/// </summary>
internal sealed class SealingModel
{
    private readonly ChunkPool _pool = new();
    private readonly SeriesBuffer _buffer = new();
    private readonly SealedChunks _chunks = new();
    private readonly SortedDictionary<long, long> _model = [];
    private readonly SortedDictionary<long, string> _distributions = [];
    private readonly Dictionary<long, long> _blocks = [];
    private readonly Dictionary<long, string> _blockDistributions = [];
    private readonly List<Collected> _underWay = [];
    private readonly Dictionary<long, int> _touchedAt = [];
    private readonly Dictionary<long, int> _sealedAt = [];
    private int _clock;

    public void Append(long timestampMs, double value)
    {
        _buffer.Append(_pool, timestampMs, value);
        _model[timestampMs] = BitConverter.DoubleToInt64Bits(value);
        Touch(timestampMs);
    }

    public void AppendDistribution(long timestampMs, byte[] digest)
    {
        _buffer.AppendDistribution(timestampMs, digest);
        _distributions[timestampMs] = Convert.ToHexString(digest);
        Touch(timestampMs);
    }

    /// <summary>Copies out; the block becomes durable with a later <see cref="Mark"/>, or never.</summary>
    public void Collect(long fromMs, long beforeMs)
    {
        var counted = new Dictionary<long, long>();
        _buffer.CountUnsealed(beforeMs, counted);
        _chunks.Clear();
        _buffer.CollectUnsealed(_pool, fromMs, beforeMs, _chunks);
        var collected = new Collected([], [], [], _chunks.TakeTicket(), ++_clock);
        var lastMs = long.MinValue;
        foreach (var (meta, bytes) in _chunks.Chunks)
        {
            var window = SeriesBuffer.WindowOf(meta.MinMs);
            Assert.True(meta.MinMs >= lastMs && window >= fromMs && window + SeriesBuffer.WindowMs <= beforeMs);
            Assert.Equal(window, SeriesBuffer.WindowOf(meta.MaxMs));
            Assert.True(_touchedAt[window] > _sealedAt.GetValueOrDefault(window, -1), "a window was sealed again that nothing was written to");
            Assert.True(counted.GetValueOrDefault(window) > 0);
            lastMs = meta.MinMs;
            collected.Windows.Add(window);
            Read(meta, bytes.Span, collected);
        }

        _underWay.Add(collected);
    }

    public void Mark(int index)
    {
        if (_underWay.Count == 0)
        {
            return;
        }

        // Blocks win by their order: one that was collected before another cannot follow it.
        for (var left = index % _underWay.Count; left >= 0; left--)
        {
            var collected = _underWay[0];
            _underWay.RemoveAt(0);
            collected.Ticket.MarkSealed();
            foreach (var (timestamp, bits) in collected.Samples)
            {
                _blocks[timestamp] = bits;
            }

            foreach (var (timestamp, digest) in collected.Distributions)
            {
                _blockDistributions[timestamp] = digest;
            }

            foreach (var window in collected.Windows)
            {
                _sealedAt[window] = collected.At;
            }
        }
    }

    public void Drop(long beforeMs)
    {
        var before = Memory().Count + MemoryDistributions().Count;
        Assert.Equal(before - _buffer.DropSealed(_pool, beforeMs), Memory().Count + MemoryDistributions().Count);
    }

    public void Delete(long fromMs, long toMs)
    {
        var expected = Memory().Count(s => s.Key >= fromMs && s.Key < toMs) + MemoryDistributions().Count(s => s.Key >= fromMs && s.Key < toMs);
        Assert.Equal(expected, _buffer.Delete(_pool, fromMs, toMs));
        Cut(_model);
        Cut(_distributions);
        Cut(_blocks);
        Cut(_blockDistributions);

        // A chunk that is cut between being copied out and being durable is copied out once more.
        foreach (var window in _underWay.SelectMany(static c => c.Windows).Where(w => w < toMs && w + SeriesBuffer.WindowMs > fromMs).ToList())
        {
            Touch(window);
        }

        _underWay.ForEach(c => Cut(c.Samples));
        _underWay.ForEach(c => Cut(c.Distributions));

        void Cut<T>(IDictionary<long, T> from)
        {
            foreach (var timestamp in from.Keys.Where(t => t >= fromMs && t < toMs).ToList())
            {
                from.Remove(timestamp);
            }
        }
    }

    public void Seal(long beforeMs) => _buffer.Seal(_pool, beforeMs);

    public void Check()
    {
        Assert.Equal(_model, Over(_blocks, Memory()));
        Assert.Equal(_distributions, Over(_blockDistributions, MemoryDistributions()));
        var chunks = _buffer.DescribeChunks();
        Assert.Equal(_pool.UsedBytes, chunks.Sum(static c => (long)c.SlotBytes));
        Assert.All(chunks, static c => Assert.Equal(SeriesBuffer.WindowOf(c.MinMs), SeriesBuffer.WindowOf(c.MaxMs)));
        Assert.All(chunks.Zip(chunks.Skip(1)), static pair => Assert.True(pair.First.MaxMs < pair.Second.MinMs));
        var unsealed = _model.Keys.Where(t => _blocks.GetValueOrDefault(t, ~_model[t]) != _model[t])
            .Concat(_distributions.Keys.Where(t => _blockDistributions.GetValueOrDefault(t) != _distributions[t])).Append(long.MaxValue).Min();
        Assert.True(_buffer.OldestUnsealedMs <= unsealed);
    }

    /// <summary>Everything is sealed, and then nothing is left to be.</summary>
    public void Finish()
    {
        Collect(long.MinValue, long.MaxValue);
        Mark(_underWay.Count - 1);
        Assert.Equal(_model, new SortedDictionary<long, long>(_blocks));
        Assert.Equal(_distributions, new SortedDictionary<long, string>(_blockDistributions));
        Collect(long.MinValue, long.MaxValue);
        Assert.Empty(_chunks.Chunks);
        Assert.Equal(long.MaxValue, _buffer.OldestUnsealedMs);
        _buffer.DropSealed(_pool, long.MaxValue);
        Assert.Equal((0, 0L), (Memory().Count + MemoryDistributions().Count, _pool.UsedBytes));
    }

    /// <summary>What is copied out can be put into another buffer.</summary>
    public void CheckCopy()
    {
        _chunks.Clear();
        _buffer.CopyUnsealed(_pool, _chunks);
        var copy = new SeriesBuffer();
        var pool = new ChunkPool();
        var distributions = new List<(long TimestampMs, byte[] Serialized)>();
        foreach (var (meta, bytes) in _chunks.Chunks)
        {
            if (meta.Kind == ChunkKind.Samples)
            {
                copy.Load(pool, meta, bytes.Span);
                copy.Load(pool, meta, bytes.Span);
            }
            else
            {
                DistributionChunk.Read(bytes.Span, meta.Count, distributions);
                distributions.ForEach(d => copy.AppendDistribution(d.TimestampMs, d.Serialized));
            }
        }

        Assert.Equal(_model, Over(_blocks, Memory(copy)));
        Assert.Equal(_distributions, Over(_blockDistributions, MemoryDistributions(copy)));
    }

    /// <summary>Aggregates by bucket, chunk-wise and sample by sample.</summary>
    public void CheckAggregates(long fromMs, long toMs, long bucketMs)
    {
        var expected = new SortedDictionary<long, ChunkAggregates>();
        foreach (var (timestamp, bits) in Memory().Where(s => s.Key >= fromMs && s.Key < toMs))
        {
            Add(expected, ValueAggregates.Of([timestamp], [BitConverter.Int64BitsToDouble(bits)]));
        }

        var found = new SortedDictionary<long, ChunkAggregates>();
        var timestamps = new long[SeriesBuffer.ReadCapacity];
        var values = new double[SeriesBuffer.ReadCapacity];
        int count;
        while ((count = _buffer.ReadOrAggregate(ref fromMs, toMs, t => BucketOf(t) + bucketMs, timestamps, values, out var whole)) != 0)
        {
            for (var i = 0; i < count; i++)
            {
                Add(found, ValueAggregates.Of([timestamps[i]], [values[i]]));
            }

            Add(found, whole);
        }

        Assert.Equal(expected.Select(static b => (b.Key, b.Value.Count, b.Value.Min, b.Value.Max, b.Value.Last, b.Value.LastMs)), found.Select(static b => (b.Key, b.Value.Count, b.Value.Min, b.Value.Max, b.Value.Last, b.Value.LastMs)));
        Assert.All(expected.Values.Zip(found.Values), static pair => Assert.True(
            pair.First.Sum.Equals(pair.Second.Sum) || Math.Abs(pair.First.Sum - pair.Second.Sum) <= 1e-9 * Math.Max(Math.Abs(pair.First.Max), Math.Abs(pair.First.Min)) * pair.First.Count));

        long BucketOf(long timestamp) => timestamp - (((timestamp % bucketMs) + bucketMs) % bucketMs);

        void Add(SortedDictionary<long, ChunkAggregates> into, in ChunkAggregates more)
        {
            if (more.Count == 0)
            {
                return;
            }

            var bucket = BucketOf(more.LastMs);
            into[bucket] = into.TryGetValue(bucket, out var sum)
                ? new(sum.Count + more.Count, sum.Sum + more.Sum, Math.Min(sum.Min, more.Min), Math.Max(sum.Max, more.Max), more.Last, more.LastMs)
                : more;
        }
    }

    private static void Read(in ChunkMeta meta, ReadOnlySpan<byte> bytes, Collected into)
    {
        if (meta.Kind == ChunkKind.Distributions)
        {
            var distributions = new List<(long TimestampMs, byte[] Serialized)>();
            DistributionChunk.Read(bytes, meta.Count, distributions);
            Assert.Equal((meta.MinMs, meta.MaxMs), (distributions[0].TimestampMs, distributions[^1].TimestampMs));
            Assert.Equal(ValueAggregates.Of(distributions), meta.Aggregates);
            distributions.ForEach(d => into.Distributions[d.TimestampMs] = Convert.ToHexString(d.Serialized));
            return;
        }

        var timestamps = new long[meta.Count];
        var values = new double[meta.Count];
        Assert.Equal(meta.Count, MergeReader.Decode(bytes, meta.Count, timestamps, values));
        Assert.Equal((meta.MinMs, meta.MaxMs), (timestamps[0], timestamps[^1]));
        Assert.Equal(ValueAggregates.Of(timestamps, values), meta.Aggregates);
        for (var i = 0; i < meta.Count; i++)
        {
            into.Samples[timestamps[i]] = BitConverter.DoubleToInt64Bits(values[i]);
        }
    }

    private static SortedDictionary<long, T> Over<T>(Dictionary<long, T> blocks, SortedDictionary<long, T> memory)
    {
        var all = new SortedDictionary<long, T>(blocks);
        foreach (var (timestamp, value) in memory)
        {
            all[timestamp] = value;
        }

        return all;
    }

    private void Touch(long timestampMs) => _touchedAt[SeriesBuffer.WindowOf(timestampMs)] = ++_clock;

    private SortedDictionary<long, long> Memory() => Memory(_buffer);

    private SortedDictionary<long, string> MemoryDistributions() => MemoryDistributions(_buffer);

    private static SortedDictionary<long, long> Memory(SeriesBuffer buffer)
    {
        var all = new SortedDictionary<long, long>();
        var timestamps = new long[SeriesBuffer.ReadCapacity];
        var values = new double[SeriesBuffer.ReadCapacity];
        var fromMs = long.MinValue;
        int count;
        while ((count = buffer.Read(ref fromMs, long.MaxValue, timestamps, values)) != 0)
        {
            for (var i = 0; i < count; i++)
            {
                all.Add(timestamps[i], BitConverter.DoubleToInt64Bits(values[i]));
            }
        }

        return all;
    }

    private static SortedDictionary<long, string> MemoryDistributions(SeriesBuffer buffer)
    {
        var read = new List<(long TimestampMs, byte[] Serialized)>();
        buffer.ReadDistributions(long.MinValue, long.MaxValue, read);
        return new(read.ToDictionary(static d => d.TimestampMs, static d => Convert.ToHexString(d.Serialized)));
    }

    private sealed record Collected(
        Dictionary<long, long> Samples, Dictionary<long, string> Distributions, HashSet<long> Windows, SealTicket Ticket, int At);
}
