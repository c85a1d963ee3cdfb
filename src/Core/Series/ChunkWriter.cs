using Metrics.Core.Compression;
using Metrics.Core.Memory;

namespace Metrics.Core.Series;

/// <summary>Encodes samples that are at hand as one closed chunk.</summary>
internal static class ChunkWriter
{
    public static Chunk Encode(ChunkPool pool, ReadOnlySpan<long> timestamps, ReadOnlySpan<double> values)
    {
        var appender = default(ChunkAppender);
        var slot = pool.Rent(64);
        for (var i = 0; i < timestamps.Length; i++)
        {
            while (!appender.TryAppend(slot.Span, timestamps[i], values[i]))
            {
                slot = pool.Grow(slot, appender.Length, 0);
            }
        }

        slot = pool.Shrink(slot, appender.Length);
        return new Chunk(slot, appender.Length, appender.Count, timestamps[0], timestamps[^1]);
    }
}
