using Metrics.Core.Compression;
using Metrics.Core.Model;

namespace Metrics.Core.Series;

/// <summary>Decodes a chunk, with the late samples that belong among its own.</summary>
internal static class MergeReader
{
    private const int BlockSamples = 128;

    /// <summary>All samples of a chunk.</summary>
    public static int Decode(ReadOnlySpan<byte> bytes, int samples, Span<long> timestamps, Span<double> values)
    {
        var reader = new ChunkReader(bytes, samples);
        var count = 0;
        while (count < samples)
        {
            var read = reader.Read(timestamps[count..], values[count..]);
            if (read == 0)
            {
                break;
            }

            count += read;
        }

        return count;
    }

    /// <summary>
    /// The samples of a chunk and the late ones from <paramref name="fromMs"/> to <paramref name="toMs"/> (exclusive), ascending;
    /// at equal timestamps the late one.
    /// </summary>
    public static int Merge(
        ReadOnlySpan<byte> bytes,
        int samples,
        ReadOnlySpan<Sample> late,
        long fromMs,
        long toMs,
        Span<long> timestamps,
        Span<double> values)
    {
        if (late.IsEmpty)
        {
            return Cut(bytes, samples, fromMs, toMs, timestamps, values);
        }

        Span<long> blockTimestamps = stackalloc long[BlockSamples];
        Span<double> blockValues = stackalloc double[BlockSamples];
        var reader = new ChunkReader(bytes, samples);
        var count = 0;
        var next = 0;
        int read;
        while (samples != 0 && (read = reader.Read(blockTimestamps, blockValues)) != 0)
        {
            for (var i = 0; i < read; i++)
            {
                var timestamp = blockTimestamps[i];
                if (timestamp < fromMs)
                {
                    continue;
                }

                while (next < late.Length && late[next].TimestampMs < timestamp)
                {
                    timestamps[count] = late[next].TimestampMs;
                    values[count++] = late[next++].Value;
                }

                if (timestamp >= toMs)
                {
                    break;
                }

                timestamps[count] = timestamp;
                values[count] = blockValues[i];
                if (next < late.Length && late[next].TimestampMs == timestamp)
                {
                    values[count] = late[next++].Value;
                }

                count++;
            }

            if (blockTimestamps[read - 1] >= toMs)
            {
                break;
            }
        }

        for (; next < late.Length; next++)
        {
            timestamps[count] = late[next].TimestampMs;
            values[count++] = late[next].Value;
        }

        return count;
    }

    /// <summary>A part of a chunk: decoded in place, block by block up to the end of the part, and moved down.</summary>
    private static int Cut(ReadOnlySpan<byte> bytes, int samples, long fromMs, long toMs, Span<long> timestamps, Span<double> values)
    {
        var reader = new ChunkReader(bytes, samples);
        var count = 0;
        while (count < samples)
        {
            var room = Math.Min(BlockSamples, timestamps.Length - count);
            var read = reader.Read(timestamps.Slice(count, room), values.Slice(count, room));
            if (read == 0)
            {
                break;
            }

            // A block that ends before the part makes room for the next.
            count = timestamps[count + read - 1] < fromMs ? 0 : count + read;
            if (count != 0 && timestamps[count - 1] >= toMs)
            {
                break;
            }
        }

        var first = FirstFrom(timestamps[..count], fromMs);
        var kept = FirstFrom(timestamps[..count], toMs) - first;
        if (first != 0)
        {
            timestamps.Slice(first, kept).CopyTo(timestamps);
            values.Slice(first, kept).CopyTo(values);
        }

        return kept;
    }

    private static int FirstFrom(ReadOnlySpan<long> timestamps, long atMs)
    {
        int low = 0, high = timestamps.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (timestamps[middle] < atMs)
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
