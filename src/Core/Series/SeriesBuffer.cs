using Metrics.Core.Compression;
using Metrics.Core.Memory;
using Metrics.Core.Model;
using Metrics.Core.Sketches;

namespace Metrics.Core.Series;

/// <summary>
/// The samples of one series in memory: closed chunks and one head chunk, in ascending time without overlap, plus the few
/// late samples that wait to be merged into them. One value a timestamp: the last one written.
/// </summary>
/// <remarks>
/// Reached from the fast lane, the series' grain and queries at once, so it guards itself; it is its own lock, because a lock
/// object for each of millions of series would be paid for in memory. A reader holds the lock for one chunk at a time.
/// </remarks>
public class SeriesBuffer
{
    /// <summary>Samples a chunk closes at: it bounds what a reader decodes in vain and what a late sample rewrites.</summary>
    public const int MaxChunkSamples = 1024;

    /// <summary>A reader's spans have room for a whole chunk and every pending sample.</summary>
    public const int ReadCapacity = MaxChunkSamples + PendingSamples.Capacity;

    /// <summary>A chunk holds samples of one two-hour window only, since that is what a block is made of.</summary>
    public const long WindowMs = 2 * 60 * 60 * 1000;

    /// <summary>A new chunk's first slot: enough for the first sample and a few more.</summary>
    private const int FirstSlotBytes = 32;

    private const int MaxChunkBytes = 24 * 1024;

    private ChunkAppender _head;
    private ChunkSlot _headSlot;
    private long _headMinMs;
    private long _headWindowEndMs;
    private Chunk[] _closed = [];
    private int _closedCount;
    private PendingSamples? _pending;
    private DistributionSamples? _distributions;

    /// <summary>Timestamp of the newest sample or distribution, or the smallest number when there is none. Cheap, for idle checks.</summary>
    public long NewestMs
    {
        get
        {
            lock (this)
            {
                // A late sample is never the newest: it waits because something newer was there.
                var scalar = _head.Count != 0 ? _head.LastTimestampMs : _closedCount != 0 ? _closed[_closedCount - 1].MaxMs : long.MinValue;
                return Math.Max(scalar, _distributions?.NewestMs ?? long.MinValue);
            }
        }
    }

    /// <summary>The start of the window that a timestamp is in.</summary>
    public static long WindowOf(long timestampMs) => timestampMs - (((timestampMs % WindowMs) + WindowMs) % WindowMs);

    /// <summary>Hints that a sample is appended soon.</summary>
    public void Prefetch()
    {
        // The fields fill three to four cache lines.
        Memory.Prefetch.Read(ref _closed);
        Memory.Prefetch.Read(ref _head);
        Memory.Prefetch.Read(ref _headWindowEndMs);
    }

    /// <summary>Hints that a sample is appended next; the fields that say where are at hand already.</summary>
    internal void PrefetchTail()
    {
        // Read without the lock: a torn view can only make the hint useless.
        var slot = _headSlot;
        var length = _head.Length;
        if (slot.Arena is { } arena && (uint)(slot.Offset + length) < (uint)arena.Length)
        {
            Memory.Prefetch.Read(ref arena[slot.Offset + length]);
        }
    }

    /// <summary>Appends one sample, in order or late; the same timestamp again replaces the value.</summary>
    public void Append(ChunkPool pool, long timestampMs, double value)
    {
        ArgumentNullException.ThrowIfNull(pool);
        lock (this)
        {
            if (_head.Count != 0)
            {
                var last = _head.LastTimestampMs;
                if (timestampMs <= last)
                {
                    PutLate(pool, timestampMs, value);
                    return;
                }

                if (_head.Count >= MaxChunkSamples || timestampMs >= _headWindowEndMs)
                {
                    CloseHead(pool);
                }
            }
            else if (_closedCount != 0 && timestampMs <= _closed[_closedCount - 1].MaxMs)
            {
                PutLate(pool, timestampMs, value);
                return;
            }

            AppendToHead(pool, timestampMs, value);
        }
    }

    /// <summary>Keeps a distribution at its timestamp; the same timestamp again replaces it.</summary>
    /// <param name="timestampMs">The end of the interval that it sums up.</param>
    /// <param name="serialized">What <see cref="TDigest.Write"/> wrote; the array is kept.</param>
    public void AppendDistribution(long timestampMs, byte[] serialized)
    {
        lock (this)
        {
            (_distributions ??= new DistributionSamples()).Put(timestampMs, serialized);
        }
    }

    /// <summary>
    /// Reads on from <paramref name="fromMs"/>, a chunk at a time, and moves it past what was read.
    /// </summary>
    /// <param name="fromMs">Inclusive; afterwards where to go on, at or past <paramref name="toMs"/> when there is no more.</param>
    /// <param name="toMs">Exclusive.</param>
    /// <param name="timestamps">At least <see cref="ReadCapacity"/> long.</param>
    /// <param name="values">As long.</param>
    /// <returns>Samples read, ascending; 0 only at the end.</returns>
    public int Read(ref long fromMs, long toMs, Span<long> timestamps, Span<double> values)
    {
        while (fromMs < toMs)
        {
            int count;
            lock (this)
            {
                count = ReadBlock(ref fromMs, toMs, timestamps, values);
            }

            if (count != 0)
            {
                return count;
            }
        }

        return 0;
    }

    /// <summary>The newest sample older than a timestamp that has a value: NaNs, among them the staleness marker, are passed over.</summary>
    public bool TryGetBefore(long timestampMs, out Sample sample)
    {
        lock (this)
        {
            var endMs = timestampMs;
            if (_head.Count != 0 && LastBefore(_headSlot.Span[.._head.Length], _head.Count, _headMinMs, ref endMs, out sample))
            {
                return true;
            }

            for (var i = _closedCount - 1; i >= 0; i--)
            {
                if (LastBefore(_closed[i].Bytes, _closed[i].Count, _closed[i].MinMs, ref endMs, out sample))
                {
                    return true;
                }
            }

            return LastBefore(default, 0, long.MinValue, ref endMs, out sample);
        }
    }

    /// <summary>Copies out the distributions of a range; the arrays are shared and never change.</summary>
    public void ReadDistributions(long fromMs, long toMs, List<(long TimestampMs, byte[] Serialized)> destination)
    {
        lock (this)
        {
            _distributions?.CopyTo(fromMs, toMs, destination);
        }
    }

    /// <summary>
    /// Merges late samples and closes the head if its window ended before <paramref name="beforeMs"/>, so that an idle series
    /// holds no spare memory.
    /// </summary>
    public void Seal(ChunkPool pool, long beforeMs)
    {
        ArgumentNullException.ThrowIfNull(pool);
        lock (this)
        {
            if (_head.Count != 0 && _headWindowEndMs <= beforeMs)
            {
                CloseHead(pool);
            }

            if (_pending is not null)
            {
                MergePending(pool);
            }
        }
    }

    /// <summary>What the buffer holds.</summary>
    public BufferStatistics GetStatistics()
    {
        lock (this)
        {
            var oldest = _closedCount != 0 ? _closed[0].MinMs : _head.Count != 0 ? _headMinMs : long.MaxValue;
            var newest = _head.Count != 0 ? _head.LastTimestampMs : _closedCount != 0 ? _closed[_closedCount - 1].MaxMs : long.MinValue;
            long samples = _head.Count;
            long bytes = _head.Length;
            for (var i = 0; i < _closedCount; i++)
            {
                samples += _closed[i].Count;
                bytes += _closed[i].Length;
            }

            if (_pending is { Count: > 0 } pending)
            {
                samples += pending.Count;
                bytes += pending.Count * 16;
                oldest = Math.Min(oldest, pending.Samples[0].TimestampMs);
                newest = Math.Max(newest, pending.Samples[^1].TimestampMs);
            }

            if (_distributions is { Count: > 0 } distributions)
            {
                samples += distributions.Count;
                bytes += distributions.Bytes;
                oldest = Math.Min(oldest, distributions.OldestMs);
                newest = Math.Max(newest, distributions.NewestMs);
            }

            return new BufferStatistics(samples, bytes, oldest, newest, _closedCount + (_head.Count == 0 ? 0 : 1));
        }
    }

    /// <summary>The chunks in order of time, the open one last; for checks.</summary>
    internal IReadOnlyList<(long MinMs, long MaxMs, int Samples, int SlotBytes)> DescribeChunks()
    {
        lock (this)
        {
            var chunks = _closed.Take(_closedCount).Select(static c => (c.MinMs, c.MaxMs, c.Count, c.Slot.Length)).ToList();
            if (_head.Count != 0)
            {
                chunks.Add((_headMinMs, _head.LastTimestampMs, _head.Count, _headSlot.Length));
            }

            return chunks;
        }
    }

    private void AppendToHead(ChunkPool pool, long timestampMs, double value)
    {
        if (_head.Count == 0)
        {
            OpenHead(pool, timestampMs);
        }

        while (!_head.TryAppend(_headSlot.Span, timestampMs, value))
        {
            if (_head.Length >= MaxChunkBytes)
            {
                CloseHead(pool);
                OpenHead(pool, timestampMs);
            }
            else
            {
                _headSlot = pool.Grow(_headSlot, _head.Length, 0);
            }
        }
    }

    private void OpenHead(ChunkPool pool, long timestampMs)
    {
        _headSlot = pool.Rent(FirstSlotBytes);
        _headMinMs = timestampMs;
        _headWindowEndMs = WindowOf(timestampMs) + WindowMs;
    }

    private void CloseHead(ChunkPool pool)
    {
        var slot = pool.Shrink(_headSlot, _head.Length);
        InsertClosed(_closedCount, new Chunk(slot, _head.Length, _head.Count, _headMinMs, _head.LastTimestampMs));
        _head = default;
        _headSlot = default;
    }

    private void InsertClosed(int index, Chunk chunk)
    {
        if (_closedCount == _closed.Length)
        {
            Array.Resize(ref _closed, Math.Max(2, _closedCount + (_closedCount >> 1)));
        }

        Array.Copy(_closed, index, _closed, index + 1, _closedCount - index);
        _closed[index] = chunk;
        _closedCount++;
    }

    private void PutLate(ChunkPool pool, long timestampMs, double value)
    {
        // A sender that repeats itself costs nothing.
        if (_head.Count != 0
            && timestampMs == _head.LastTimestampMs
            && BitConverter.DoubleToInt64Bits(value) == BitConverter.DoubleToInt64Bits(_head.LastValue)
            && (_pending is null || _pending.IndexFrom(timestampMs) == _pending.Count))
        {
            return;
        }

        _pending ??= new PendingSamples();
        if (_pending.IsFull)
        {
            MergePending(pool);
            _pending = new PendingSamples();
        }

        _pending.Put(timestampMs, value);
    }

    /// <summary>Moves every pending sample into the chunk that covers its time, or into a new one in a gap.</summary>
    private void MergePending(ChunkPool pool)
    {
        var late = _pending!.Samples;
        while (!late.IsEmpty)
        {
            late = late[MergeRun(pool, late)..];
        }

        _pending = null;
    }

    private int MergeRun(ChunkPool pool, ReadOnlySpan<Sample> late)
    {
        var first = late[0].TimestampMs;
        var index = FirstClosedEndingAtOrAfter(first);
        if (index == _closedCount && _head.Count != 0 && first >= _headMinMs)
        {
            RewriteHead(pool, late);
            return late.Length;
        }

        if (index < _closedCount && first >= _closed[index].MinMs)
        {
            var inside = CountUntil(late, _closed[index].MaxMs + 1);
            RewriteClosed(pool, index, late[..inside]);
            return inside;
        }

        // A gap: before closed chunk `index`, or between the last of them and the head.
        var nextMs = index < _closedCount ? _closed[index].MinMs : _head.Count != 0 ? _headMinMs : long.MaxValue;
        var window = WindowOf(first);
        var count = CountUntil(late, Math.Min(nextMs, window + WindowMs));
        if (index > 0 && HasRoom(_closed[index - 1], window, count))
        {
            RewriteClosed(pool, index - 1, late[..count]);
        }
        else if (index < _closedCount && HasRoom(_closed[index], window, count))
        {
            RewriteClosed(pool, index, late[..count]);
        }
        else
        {
            Span<long> timestamps = stackalloc long[count];
            Span<double> values = stackalloc double[count];
            for (var i = 0; i < count; i++)
            {
                timestamps[i] = late[i].TimestampMs;
                values[i] = late[i].Value;
            }

            InsertClosed(index, ChunkWriter.Encode(pool, timestamps, values));
        }

        return count;
    }

    private void RewriteClosed(ChunkPool pool, int index, ReadOnlySpan<Sample> late)
    {
        var chunk = _closed[index];
        var scratch = ReadScratch.Rent();
        var total = MergeReader.Merge(chunk.Bytes, chunk.Count, late, long.MinValue, long.MaxValue, scratch.Timestamps, scratch.Values);
        pool.Return(chunk.Slot);
        var timestamps = scratch.Timestamps.AsSpan(0, total);
        var values = scratch.Values.AsSpan(0, total);
        var firstPart = total <= MaxChunkSamples ? total : total / 2;
        _closed[index] = ChunkWriter.Encode(pool, timestamps[..firstPart], values[..firstPart]);
        if (firstPart != total)
        {
            InsertClosed(index + 1, ChunkWriter.Encode(pool, timestamps[firstPart..], values[firstPart..]));
        }
    }

    private void RewriteHead(ChunkPool pool, ReadOnlySpan<Sample> late)
    {
        var scratch = ReadScratch.Rent();
        var total = MergeReader.Merge(
            _headSlot.Span[.._head.Length], _head.Count, late, long.MinValue, long.MaxValue, scratch.Timestamps, scratch.Values);
        pool.Return(_headSlot);
        _head = default;
        _headSlot = default;
        for (var i = 0; i < total; i++)
        {
            if (_head.Count >= MaxChunkSamples)
            {
                CloseHead(pool);
            }

            AppendToHead(pool, scratch.Timestamps[i], scratch.Values[i]);
        }
    }

    private int ReadBlock(ref long fromMs, long toMs, Span<long> timestamps, Span<double> values)
    {
        ReadOnlySpan<byte> bytes = default;
        var samples = 0;
        long minMs = long.MaxValue, maxMs = long.MaxValue;
        var index = FirstClosedEndingAtOrAfter(fromMs);
        if (index < _closedCount)
        {
            var chunk = _closed[index];
            bytes = chunk.Bytes;
            (samples, minMs, maxMs) = (chunk.Count, chunk.MinMs, chunk.MaxMs);
        }
        else if (_head.Count != 0 && _head.LastTimestampMs >= fromMs)
        {
            bytes = _headSlot.Span[.._head.Length];
            (samples, minMs, maxMs) = (_head.Count, _headMinMs, _head.LastTimestampMs);
        }

        // A chunk past the range is not decoded: what is left is pending at most.
        if (minMs >= toMs)
        {
            bytes = default;
            (samples, maxMs) = (0, long.MaxValue);
        }

        var endMs = maxMs >= toMs ? toMs : maxMs + 1;
        var late = PendingBetween(fromMs, endMs);
        var count = late.IsEmpty && minMs >= fromMs && endMs == maxMs + 1
            ? MergeReader.Decode(bytes, samples, timestamps, values)
            : MergeReader.Merge(bytes, samples, late, fromMs, endMs, timestamps, values);
        fromMs = endMs;
        return count;
    }

    private ReadOnlySpan<Sample> PendingBetween(long fromMs, long toMs)
    {
        if (_pending is null)
        {
            return default;
        }

        var from = _pending.IndexFrom(fromMs);
        return _pending.Samples[from.._pending.IndexFrom(toMs)];
    }

    private int FirstClosedEndingAtOrAfter(long timestampMs)
    {
        int low = 0, high = _closedCount;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_closed[middle].MaxMs < timestampMs)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private static bool HasRoom(Chunk chunk, long window, int more) =>
        WindowOf(chunk.MinMs) == window && chunk.Count + more <= MaxChunkSamples;

    private static int CountUntil(ReadOnlySpan<Sample> late, long endMs)
    {
        var count = 0;
        while (count < late.Length && late[count].TimestampMs < endMs)
        {
            count++;
        }

        return count;
    }

    /// <summary>Looks through a chunk and the late samples since its start, and moves the end to that start.</summary>
    private bool LastBefore(ReadOnlySpan<byte> bytes, int count, long minMs, ref long endMs, out Sample sample)
    {
        sample = default;
        if (minMs >= endMs)
        {
            return false;
        }

        var scratch = ReadScratch.Rent();
        var read = MergeReader.Merge(bytes, count, PendingBetween(minMs, endMs), minMs, endMs, scratch.Timestamps, scratch.Values);
        endMs = minMs;
        for (var i = read - 1; i >= 0; i--)
        {
            if (!double.IsNaN(scratch.Values[i]))
            {
                sample = new Sample(scratch.Timestamps[i], scratch.Values[i]);
                return true;
            }
        }

        return false;
    }
}
