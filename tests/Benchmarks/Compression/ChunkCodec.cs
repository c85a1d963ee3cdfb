using Metrics.Core.Compression;
using Metrics.Core.Tests.Compression;

namespace Metrics.Benchmarks.Compression;

/// <summary>The codec in use, at a fixed interval. It has no form without timestamps: up to a bit a sample here is theirs.</summary>
internal sealed class ChunkCodec : IValueCodec
{
    private readonly long[] _timestamps = new long[128];

    public string Name => "chunk";

    public int Encode(ReadOnlySpan<double> values, Span<byte> destination)
    {
        ChunkAppender appender = default;
        long timestamp = Gauges.Start;
        foreach (double value in values)
        {
            appender.TryAppend(destination, timestamp, value);
            timestamp += 10_000;
        }

        return appender.Length;
    }

    public void Decode(ReadOnlySpan<byte> source, Span<double> values)
    {
        var reader = new ChunkReader(source, values.Length);
        int read;
        while ((read = reader.Read(_timestamps, values)) > 0)
        {
            values = values[read..];
        }
    }
}
