using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Compression;

namespace Metrics.Core.Maintenance.Merging;

/// <summary>Takes samples, ascending.</summary>
internal delegate void SampleSink(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values);

/// <summary>
/// Chunks of one series as one ascending run of samples: at equal timestamps that of the newest block. Decoded are only the chunks that the
/// run has come to. Reused; not thread-safe.
/// </summary>
internal sealed class SampleMerger
{
    private const int Batch = 256;

    private readonly List<int> _order = [];
    private readonly List<Decoded> _active = [];
    private readonly Stack<Decoded> _free = new();
    private readonly long[] _timestamps = new long[Batch];
    private readonly double[] _values = new double[Batch];
    private int _count;

    /// <exception cref="BlockDamagedException">A chunk's bytes are not samples.</exception>
    public void Run(
        SeriesChunks chunks, IReadOnlyList<Cut> cuts, long fromMs, long toMs, SampleSink sink, Predicate<BlockInfo>? which = null)
    {
        chunks.Sort(ChunkKind.Samples, _order, which);
        Run(chunks, _order, cuts, fromMs, toMs, sink);
    }

    /// <param name="chunks">The bytes.</param>
    /// <param name="order">Chunks of samples in order of time.</param>
    /// <param name="cuts">What is left out.</param>
    /// <param name="fromMs">Inclusive.</param>
    /// <param name="toMs">Exclusive.</param>
    /// <param name="sink">Takes the samples.</param>
    public void Run(SeriesChunks chunks, IReadOnlyList<int> order, IReadOnlyList<Cut> cuts, long fromMs, long toMs, SampleSink sink)
    {
        var next = 0;
        _count = 0;
        try
        {
            while (true)
            {
                var least = LeastActive();
                while (next < order.Count && (_active.Count == 0 || chunks.Meta(order[next]).MinMs <= least))
                {
                    Activate(chunks, order[next++], cuts, fromMs, toMs);
                    least = LeastActive();
                }

                if (_active.Count == 0)
                {
                    break;
                }

                if (_active.Count == 1)
                {
                    EmitRun(_active[0], next < order.Count ? chunks.Meta(order[next]).MinMs : long.MaxValue, sink);
                }
                else
                {
                    EmitOne(least, sink);
                }

                Retire();
            }

            Flush(sink);
        }
        finally
        {
            _active.ForEach(_free.Push);
            _active.Clear();
        }
    }

    private long LeastActive()
    {
        var least = long.MaxValue;
        foreach (var chunk in _active)
        {
            least = Math.Min(least, chunk.Head);
        }

        return least;
    }

    private void Activate(SeriesChunks chunks, int index, IReadOnlyList<Cut> cuts, long fromMs, long toMs)
    {
        var decoded = _free.TryPop(out var free) ? free : new Decoded();
        var meta = chunks.Meta(index);
        decoded.Load(chunks, index);
        if (meta.MinMs < fromMs || meta.MaxMs >= toMs || Cut.AnyTouches(cuts, meta.MinMs, meta.MaxMs, chunks.Block(index).Sequence))
        {
            decoded.Filter(cuts, fromMs, toMs);
        }

        if (decoded.IsEmpty)
        {
            _free.Push(decoded);
        }
        else
        {
            _active.Add(decoded);
        }
    }

    /// <summary>Alone until the next chunk begins: passed on as decoded.</summary>
    private void EmitRun(Decoded chunk, long beforeMs, SampleSink sink)
    {
        Flush(sink);
        var (from, to) = chunk.TakeBefore(beforeMs);
        if (to > from)
        {
            sink(chunk.Timestamps.AsSpan(from, to - from), chunk.Values.AsSpan(from, to - from));
        }
    }

    private void EmitOne(long timestampMs, SampleSink sink)
    {
        Decoded? newest = null;
        foreach (var chunk in _active)
        {
            // Among chunks of one block the later one, which was written later.
            if (chunk.Head == timestampMs && (newest is null || chunk.Sequence >= newest.Sequence))
            {
                newest = chunk;
            }
        }

        (_timestamps[_count], _values[_count]) = (timestampMs, newest!.HeadValue);
        _count++;
        foreach (var chunk in _active)
        {
            if (chunk.Head == timestampMs)
            {
                chunk.Skip();
            }
        }

        if (_count == Batch)
        {
            Flush(sink);
        }
    }

    private void Flush(SampleSink sink)
    {
        if (_count != 0)
        {
            sink(_timestamps.AsSpan(0, _count), _values.AsSpan(0, _count));
            _count = 0;
        }
    }

    private void Retire()
    {
        for (var i = _active.Count - 1; i >= 0; i--)
        {
            if (_active[i].IsEmpty)
            {
                _free.Push(_active[i]);
                _active.RemoveAt(i);
            }
        }
    }

    private sealed class Decoded
    {
        private int _at;
        private int _end;

        public long[] Timestamps { get; private set; } = new long[1024];

        public double[] Values { get; private set; } = new double[1024];

        public long Sequence { get; private set; }

        public bool IsEmpty => _at >= _end;

        public long Head => Timestamps[_at];

        public double HeadValue => Values[_at];

        public void Skip() => _at++;

        public void Load(SeriesChunks chunks, int index)
        {
            var meta = chunks.Meta(index);
            if (Timestamps.Length < meta.Count)
            {
                Timestamps = new long[meta.Count];
                Values = new double[meta.Count];
            }

            (_at, _end, Sequence) = (0, 0, chunks.Block(index).Sequence);
            try
            {
                var reader = new ChunkReader(chunks.Bytes(index), meta.Count);
                int read;
                while (_end < meta.Count && (read = reader.Read(Timestamps.AsSpan(_end, meta.Count - _end), Values.AsSpan(_end))) != 0)
                {
                    _end += read;
                }
            }
            catch (InvalidDataException e)
            {
                throw new BlockDamagedException(chunks.Block(index).Name, $"the chunk at {meta.Offset} cannot be decoded: {e.Message}");
            }
        }

        public void Filter(IReadOnlyList<Cut> cuts, long fromMs, long toMs)
        {
            var kept = 0;
            for (var i = 0; i < _end; i++)
            {
                var timestamp = Timestamps[i];
                if (timestamp >= fromMs && timestamp < toMs && !Cut.AnyHides(cuts, timestamp, Sequence))
                {
                    Timestamps[kept] = timestamp;
                    Values[kept++] = Values[i];
                }
            }

            _end = kept;
        }

        public (int From, int To) TakeBefore(long beforeMs)
        {
            var from = _at;
            if (Timestamps[_end - 1] < beforeMs)
            {
                _at = _end;
            }
            else
            {
                while (_at < _end && Timestamps[_at] < beforeMs)
                {
                    _at++;
                }
            }

            return (from, _at);
        }
    }
}
