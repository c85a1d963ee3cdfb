using Metrics.Core.Blocks;
using Metrics.Core.Compression;
using Metrics.Core.Series;

namespace Metrics.Core.Maintenance.Merging;

/// <summary>Makes chunks of ascending samples. Reused; not thread-safe.</summary>
internal sealed class SampleChunkEncoder
{
    private const int MaxSamples = SeriesBuffer.MaxChunkSamples;

    private readonly byte[] _bytes = new byte[MaxSamples * ChunkAppender.MaxSampleBytes];
    private readonly long[] _timestamps = new long[MaxSamples];
    private readonly double[] _values = new double[MaxSamples];
    private int _count;

    public void Add(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values, ChunkSink sink)
    {
        while (!timestampsMs.IsEmpty)
        {
            if (_count == MaxSamples)
            {
                Finish(sink);
            }

            var taken = Math.Min(timestampsMs.Length, MaxSamples - _count);
            timestampsMs[..taken].CopyTo(_timestamps.AsSpan(_count));
            values[..taken].CopyTo(_values.AsSpan(_count));
            _count += taken;
            timestampsMs = timestampsMs[taken..];
            values = values[taken..];
        }
    }

    public void Finish(ChunkSink sink)
    {
        if (_count == 0)
        {
            return;
        }

        var chunk = default(ChunkAppender);
        for (var i = 0; i < _count; i++)
        {
            if (!chunk.TryAppend(_bytes, _timestamps[i], _values[i]))
            {
                throw new InvalidOperationException("A chunk did not have the room that its samples take at most.");
            }
        }

        var aggregates = ValueAggregates.Of(_timestamps.AsSpan(0, _count), _values.AsSpan(0, _count));
        var meta = new ChunkMeta(ChunkKind.Samples, _timestamps[0], _timestamps[_count - 1], _count, aggregates, 0, chunk.Length, 0);
        _count = 0;
        sink(meta, _bytes.AsSpan(0, chunk.Length));
    }
}

/// <summary>Takes a chunk; its bytes are reused after the call.</summary>
internal delegate void ChunkSink(in ChunkMeta meta, ReadOnlySpan<byte> bytes);
