using Metrics.Core.Memory;
using Metrics.Core.Model;

namespace Metrics.Core.Series;

/// <content>Late samples: kept beside the chunks until they are merged into them.</content>
public partial class SeriesBuffer
{
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
}
