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
}
