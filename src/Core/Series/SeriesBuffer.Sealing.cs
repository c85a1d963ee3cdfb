using System.Runtime.InteropServices;
using Metrics.Core.Blocks;
using Metrics.Core.Memory;

namespace Metrics.Core.Series;

/// <content>From memory to blocks.</content>
public partial class SeriesBuffer
{
    /// <summary>Newest timestamp of what has left memory for blocks, so that an empty buffer still says how long it has been idle.</summary>
    private long _newestDroppedMs = long.MinValue;

    /// <summary>The oldest sample or distribution that no block has; <see cref="long.MaxValue"/> when there is none.</summary>
    public long OldestUnsealedMs
    {
        get
        {
            lock (this)
            {
                var oldest = _distributions?.OldestUnsealedMs ?? long.MaxValue;
                if (_pending is { Count: > 0 })
                {
                    oldest = Math.Min(oldest, _pending.Samples[0].TimestampMs);
                }

                for (var i = 0; i < _closedCount; i++)
                {
                    if (!_closed[i].IsSealed)
                    {
                        return Math.Min(oldest, _closed[i].MinMs);
                    }
                }

                return _head.Count == 0 ? oldest : Math.Min(oldest, _headMinMs);
            }
        }
    }

    /// <summary>Unsealed samples by two-hour window, for windows that end at or before a time.</summary>
    public void CountUnsealed(long beforeMs, Dictionary<long, long> samplesByWindow)
    {
        ArgumentNullException.ThrowIfNull(samplesByWindow);
        lock (this)
        {
            for (var i = 0; i < _closedCount && _closed[i].MaxMs < beforeMs; i++)
            {
                if (!_closed[i].IsSealed)
                {
                    Count(_closed[i].MinMs, _closed[i].Count);
                }
            }

            if (_head.Count != 0)
            {
                Count(_headMinMs, _head.Count);
            }

            foreach (var late in _pending is null ? default : _pending.Samples)
            {
                Count(late.TimestampMs, 1);
            }

            if (_distributions is not null)
            {
                var unsealed = new List<(long TimestampMs, byte[] Serialized)>();
                _distributions.CopyUnsealed(long.MinValue, beforeMs, unsealed);
                unsealed.ForEach(d => Count(d.TimestampMs, 1));
            }
        }

        void Count(long timestampMs, int samples)
        {
            var window = WindowOf(timestampMs);
            if (window + WindowMs <= beforeMs)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(samplesByWindow, window, out _) += samples;
            }
        }
    }

    /// <summary>Copies out what no block has of the windows that end at or before a time and start at or after another.</summary>
    /// <param name="pool">The engine's.</param>
    /// <param name="fromMs">Start of the first window.</param>
    /// <param name="beforeMs">End of the last window.</param>
    /// <param name="into">Receives the chunks, in order of time. Cleared by the caller before the next series.</param>
    public void CollectUnsealed(ChunkPool pool, long fromMs, long beforeMs, SealedChunks into)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(into);
        into.Begin(this);
        lock (this)
        {
            if (_pending is not null)
            {
                MergePending(pool);
            }

            if (_head.Count != 0 && _headWindowEndMs <= beforeMs && _headWindowEndMs - WindowMs >= fromMs)
            {
                CloseHead(pool);
            }

            for (var i = FirstClosedEndingAtOrAfter(fromMs); i < _closedCount && _closed[i].MaxMs < beforeMs; i++)
            {
                var window = WindowOf(_closed[i].MinMs);
                if (!_closed[i].IsSealed && window >= fromMs && window + WindowMs <= beforeMs)
                {
                    into.Add(_closed[i]);
                }
            }

            if (_distributions is not null)
            {
                var lastWindowMs = WindowOf(beforeMs);
                CollectDistributions(fromMs, lastWindowMs, into);
            }
        }
    }

    /// <summary>Lets go of sealed chunks and distributions that end before a time.</summary>
    /// <returns>Samples that left memory.</returns>
    public long DropSealed(ChunkPool pool, long beforeMs)
    {
        ArgumentNullException.ThrowIfNull(pool);
        lock (this)
        {
            var first = 0;
            while (first < _closedCount && _closed[first].MaxMs < beforeMs && !_closed[first].IsSealed)
            {
                first++;
            }

            long dropped = 0;
            if (first < _closedCount && _closed[first].MaxMs < beforeMs)
            {
                // Late samples wait because something newer is there: they cannot stay behind by themselves.
                if (_pending is not null)
                {
                    MergePending(pool);
                }

                dropped = DropSealedChunks(pool, beforeMs);
            }

            if (_distributions is not null)
            {
                var (count, newestMs) = _distributions.Remove(long.MinValue, beforeMs, sealedOnly: true);
                dropped += count;
                _newestDroppedMs = Math.Max(_newestDroppedMs, newestMs);
                if (_distributions.Count == 0)
                {
                    _distributions = null;
                }
            }

            return dropped;
        }
    }

    /// <summary>
    /// Like <see cref="Read"/>, but a chunk that lies in the range whole, with nothing late among it and within one bucket, is answered by its
    /// aggregates: the count is then -1 and nothing is decoded.
    /// </summary>
    /// <param name="fromMs">As in <see cref="Read"/>.</param>
    /// <param name="toMs">As in <see cref="Read"/>.</param>
    /// <param name="bucketEndOf">Gives the end of the bucket that a timestamp is in.</param>
    /// <param name="timestamps">As in <see cref="Read"/>.</param>
    /// <param name="values">As in <see cref="Read"/>.</param>
    /// <param name="aggregates">The chunk's, when -1 is returned.</param>
    public int ReadOrAggregate(
        ref long fromMs, long toMs, Func<long, long> bucketEndOf, Span<long> timestamps, Span<double> values, out ChunkAggregates aggregates)
    {
        ArgumentNullException.ThrowIfNull(bucketEndOf);
        aggregates = default;
        while (fromMs < toMs)
        {
            int count;
            lock (this)
            {
                if (WholeChunk(fromMs, toMs, bucketEndOf) is { } chunk)
                {
                    aggregates = chunk.Aggregates;
                    fromMs = chunk.MaxMs + 1;
                    return -1;
                }

                count = ReadBlock(ref fromMs, toMs, timestamps, values);
            }

            if (count != 0)
            {
                return count;
            }
        }

        return 0;
    }

    /// <summary>Copies out everything that no block has, the open chunk as far as it has come; nothing is closed for it.</summary>
    internal void CopyUnsealed(ChunkPool pool, SealedChunks into)
    {
        into.Begin(this);
        lock (this)
        {
            if (_pending is not null)
            {
                MergePending(pool);
            }

            for (var i = 0; i < _closedCount; i++)
            {
                if (!_closed[i].IsSealed)
                {
                    into.Add(_closed[i]);
                }
            }

            if (_head.Count != 0)
            {
                var bytes = _headSlot.Span[.._head.Length];
                into.Add(
                    new ChunkMeta(ChunkKind.Samples, _headMinMs, _head.LastTimestampMs, _head.Count, ValueAggregates.Of(bytes, _head.Count), 0, bytes.Length, 0),
                    bytes);
            }

            if (_distributions is not null)
            {
                CollectDistributions(long.MinValue, long.MaxValue, into);
            }
        }
    }

    /// <summary>Puts a chunk of samples back that was copied out before: as it is where nothing overlaps it, else sample by sample.</summary>
    internal void Load(ChunkPool pool, in ChunkMeta meta, ReadOnlySpan<byte> bytes)
    {
        lock (this)
        {
            var index = FirstClosedEndingAtOrAfter(meta.MinMs);
            var nextMs = index < _closedCount ? _closed[index].MinMs : _head.Count != 0 ? _headMinMs : long.MaxValue;
            if (_pending is null
                && meta.MaxMs < nextMs
                && meta.Count is > 0 and <= MaxChunkSamples
                && bytes.Length is > 0 and <= MaxChunkBytes
                && WindowOf(meta.MinMs) == WindowOf(meta.MaxMs))
            {
                var slot = pool.Rent(bytes.Length);
                bytes.CopyTo(slot.Span);
                InsertClosed(index, new Chunk(slot, bytes.Length, meta.Count, meta.MinMs, meta.MaxMs));
                return;
            }

            // A sample takes a bit at least.
            if (meta.Count > bytes.Length * 8L)
            {
                throw new InvalidDataException($"{bytes.Length} bytes are said to be a chunk of {meta.Count} samples.");
            }

            var timestamps = new long[meta.Count];
            var values = new double[meta.Count];
            var count = MergeReader.Decode(bytes, meta.Count, timestamps, values);
            for (var i = 0; i < count; i++)
            {
                AppendLocked(pool, timestamps[i], values[i]);
            }
        }
    }

    /// <summary>Notes that a replay passed over a sample because a block has it.</summary>
    internal void NotePassedOver(long timestampMs) => _newestDroppedMs = Math.Max(_newestDroppedMs, timestampMs);

    internal void MarkSealed(Chunk[] chunks, (long TimestampMs, byte[] Serialized)[] distributions)
    {
        lock (this)
        {
            foreach (var chunk in chunks)
            {
                // One that was replaced meanwhile is nobody's any more: marking it changes nothing.
                chunk.IsSealed = true;
            }

            foreach (var (timestampMs, serialized) in distributions)
            {
                _distributions?.MarkSealed(timestampMs, serialized);
            }
        }
    }

    private long DropSealedChunks(ChunkPool pool, long beforeMs)
    {
        long dropped = 0;
        var kept = 0;
        for (var i = 0; i < _closedCount; i++)
        {
            var chunk = _closed[i];
            if (chunk.IsSealed && chunk.MaxMs < beforeMs)
            {
                pool.Return(chunk.Slot);
                dropped += chunk.Count;
                _newestDroppedMs = Math.Max(_newestDroppedMs, chunk.MaxMs);
            }
            else
            {
                _closed[kept++] = chunk;
            }
        }

        TruncateClosed(kept);
        return dropped;
    }

    private void TruncateClosed(int count)
    {
        Array.Clear(_closed, count, _closedCount - count);
        _closedCount = count;
        if (count == 0)
        {
            _closed = [];
        }
        else if (_closed.Length > 4 && count < _closed.Length / 4)
        {
            Array.Resize(ref _closed, count * 2);
        }
    }

    private Chunk? WholeChunk(long fromMs, long toMs, Func<long, long> bucketEndOf)
    {
        var index = FirstClosedEndingAtOrAfter(fromMs);
        return index < _closedCount
            && _closed[index] is var chunk
            && chunk.MinMs >= fromMs
            && chunk.MaxMs < toMs
            && PendingBetween(fromMs, chunk.MaxMs + 1).IsEmpty
            && bucketEndOf(chunk.MinMs) > chunk.MaxMs
            ? chunk
            : null;
    }

    private void CollectDistributions(long fromMs, long beforeMs, SealedChunks into)
    {
        var unsealed = new List<(long TimestampMs, byte[] Serialized)>();
        _distributions!.CopyUnsealed(fromMs, beforeMs, unsealed);
        for (int start = 0, end; start < unsealed.Count; start = end)
        {
            var window = WindowOf(unsealed[start].TimestampMs);
            end = start + 1;
            while (end < unsealed.Count && unsealed[end].TimestampMs < window + WindowMs)
            {
                end++;
            }

            into.Add(unsealed.GetRange(start, end - start));
        }
    }
}
