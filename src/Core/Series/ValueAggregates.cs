using Metrics.Core.Blocks;
using Metrics.Core.Sketches;

namespace Metrics.Core.Series;

/// <summary>Aggregates of samples and distributions that are at hand, as a query would compute them.</summary>
internal static class ValueAggregates
{
    /// <summary>Of a chunk's bytes; uses the thread's <see cref="ReadScratch"/>.</summary>
    public static ChunkAggregates Of(ReadOnlySpan<byte> chunk, int count)
    {
        var scratch = ReadScratch.Rent();
        var read = MergeReader.Decode(chunk, count, scratch.Timestamps, scratch.Values);
        return Of(scratch.Timestamps.AsSpan(0, read), scratch.Values.AsSpan(0, read));
    }

    public static ChunkAggregates Of(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values)
    {
        double sum = 0, min = double.PositiveInfinity, max = double.NegativeInfinity;
        var count = 0;
        var last = -1;
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            if (double.IsNaN(value))
            {
                continue;
            }

            sum += value;
            min = value < min ? value : min;
            max = value > max ? value : max;
            count++;
            last = i;
        }

        return count == 0 ? default : new(count, sum, min, max, values[last], timestampsMs[last]);
    }

    /// <summary>Of distributions in ascending time; the last value of one is its mean. Those that cannot be read count for nothing.</summary>
    public static ChunkAggregates Of(IReadOnlyList<(long TimestampMs, byte[] Serialized)> distributions)
    {
        var all = default(ChunkAggregates);
        foreach (var (timestampMs, serialized) in distributions)
        {
            if (TDigest.TryRead(serialized, out var digest) && digest!.Count > 0)
            {
                var mean = digest.Sum / digest.Count;
                all = all.Count == 0
                    ? new(digest.Count, digest.Sum, digest.Min, digest.Max, mean, timestampMs)
                    : new(all.Count + digest.Count, all.Sum + digest.Sum, Math.Min(all.Min, digest.Min), Math.Max(all.Max, digest.Max), mean, timestampMs);
            }
        }

        return all;
    }
}
