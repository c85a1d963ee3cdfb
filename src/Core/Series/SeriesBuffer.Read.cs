using Metrics.Core.Model;

namespace Metrics.Core.Series;

/// <content>Reading: chunks as they lie, late samples merged in.</content>
public partial class SeriesBuffer
{
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
