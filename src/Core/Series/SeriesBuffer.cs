using Metrics.Core.Compression;
using Metrics.Core.Memory;
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
public partial class SeriesBuffer
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
    /// <exception cref="InvalidOperationException">The series has been retired.</exception>
    public void Append(ChunkPool pool, long timestampMs, double value)
    {
        if (!TryAppend(pool, new(in timestampMs), new(in value)))
        {
            ThrowRetired();
        }
    }

    /// <summary>Appends several samples as if one after the other.</summary>
    /// <exception cref="InvalidOperationException">The series has been retired.</exception>
    public void Append(ChunkPool pool, ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values)
    {
        if (!TryAppend(pool, timestampsMs, values))
        {
            ThrowRetired();
        }
    }

    /// <summary>Appends several samples as if one after the other.</summary>
    /// <returns>False, and nothing is appended, when the series has been retired: its successor takes them.</returns>
    public bool TryAppend(ChunkPool pool, ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values)
    {
        ArgumentNullException.ThrowIfNull(pool);
        lock (this)
        {
            if (_endedAs is not null)
            {
                return false;
            }

            for (var i = 0; i < timestampsMs.Length; i++)
            {
                AppendLocked(pool, timestampsMs[i], values[i]);
            }

            return true;
        }
    }

    /// <summary>Keeps a distribution at its timestamp; the same timestamp again replaces it.</summary>
    /// <param name="timestampMs">The end of the interval that it sums up.</param>
    /// <param name="serialized">What <see cref="TDigest.Write"/> wrote; the array is kept.</param>
    /// <exception cref="InvalidOperationException">The series has been retired.</exception>
    public void AppendDistribution(long timestampMs, byte[] serialized)
    {
        if (!TryAppendDistribution(timestampMs, serialized))
        {
            ThrowRetired();
        }
    }

    /// <summary>The same; false, and nothing is kept, when the series has been retired.</summary>
    public bool TryAppendDistribution(long timestampMs, byte[] serialized)
    {
        ArgumentNullException.ThrowIfNull(serialized);
        lock (this)
        {
            if (_endedAs is not null)
            {
                return false;
            }

            (_distributions ??= new DistributionSamples()).Put(timestampMs, serialized);
            return true;
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

    private void AppendLocked(ChunkPool pool, long timestampMs, double value)
    {
        if (_head.Count != 0)
        {
            if (timestampMs <= _head.LastTimestampMs)
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
}
