using Metrics.Core.Memory;

namespace Metrics.Core.Series;

/// <content>Deleting a range.</content>
public partial class SeriesBuffer
{
    /// <summary>Deletes the samples and distributions of a range.</summary>
    /// <returns>How many.</returns>
    public long Delete(ChunkPool pool, long fromMs, long toMs)
    {
        ArgumentNullException.ThrowIfNull(pool);
        lock (this)
        {
            if (fromMs >= toMs)
            {
                return 0;
            }

            if (_pending is not null)
            {
                MergePending(pool);
            }

            var deleted = DeleteFromHead(pool, fromMs, toMs) + DeleteFromClosed(pool, fromMs, toMs);
            if (_distributions is not null)
            {
                deleted += _distributions.Remove(fromMs, toMs, sealedOnly: false).Count;
                if (_distributions.Count == 0)
                {
                    _distributions = null;
                }
            }

            return deleted;
        }
    }

    private long DeleteFromHead(ChunkPool pool, long fromMs, long toMs)
    {
        if (_head.Count == 0 || _headMinMs >= toMs || _head.LastTimestampMs < fromMs)
        {
            return 0;
        }

        var before = _head.Count;
        var scratch = ReadScratch.Rent();
        var kept = DecodeOutside(_headSlot.Span[.._head.Length], before, fromMs, toMs, scratch);
        if (kept == before)
        {
            return 0;
        }

        pool.Return(_headSlot);
        _head = default;
        _headSlot = default;
        for (var i = 0; i < kept; i++)
        {
            AppendToHead(pool, scratch.Timestamps[i], scratch.Values[i]);
        }

        return before - kept;
    }

    private long DeleteFromClosed(ChunkPool pool, long fromMs, long toMs)
    {
        long deleted = 0;
        var first = FirstClosedEndingAtOrAfter(fromMs);
        var into = first;
        for (var i = first; i < _closedCount; i++)
        {
            var chunk = _closed[i];
            if (chunk.MinMs >= toMs)
            {
                _closed[into++] = chunk;
                continue;
            }

            var scratch = ReadScratch.Rent();
            var kept = chunk.MinMs >= fromMs && chunk.MaxMs < toMs ? 0 : DecodeOutside(chunk.Bytes, chunk.Count, fromMs, toMs, scratch);
            deleted += chunk.Count - kept;
            if (kept == chunk.Count)
            {
                _closed[into++] = chunk;
                continue;
            }

            pool.Return(chunk.Slot);
            if (kept != 0)
            {
                // The block that has the whole chunk has what is left of it too.
                var rest = ChunkWriter.Encode(pool, scratch.Timestamps.AsSpan(0, kept), scratch.Values.AsSpan(0, kept));
                rest.IsSealed = chunk.IsSealed;
                _closed[into++] = rest;
            }
        }

        TruncateClosed(into);
        return deleted;
    }

    /// <summary>Decodes a chunk and leaves a range out.</summary>
    /// <returns>The samples that are left.</returns>
    private static int DecodeOutside(ReadOnlySpan<byte> bytes, int count, long fromMs, long toMs, ReadScratch scratch)
    {
        var read = MergeReader.Decode(bytes, count, scratch.Timestamps, scratch.Values);
        var kept = 0;
        for (var i = 0; i < read; i++)
        {
            if (scratch.Timestamps[i] < fromMs || scratch.Timestamps[i] >= toMs)
            {
                scratch.Timestamps[kept] = scratch.Timestamps[i];
                scratch.Values[kept++] = scratch.Values[i];
            }
        }

        return kept;
    }
}
