using Metrics.Core.Blocks;
using Metrics.Core.Compression;

namespace Metrics.Core.Maintenance.Merging;

/// <summary>Makes chunks of ascending samples. Reused; not thread-safe.</summary>
internal sealed class SampleChunkEncoder(int maxSamples)
{
    private readonly byte[] _bytes = new byte[maxSamples * ChunkAppender.MaxSampleBytes];
    private ChunkAppender _chunk;
    private ChunkAggregates _aggregates;
    private long _minMs;

    public void Add(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values, ChunkSink sink)
    {
        for (var i = 0; i < timestampsMs.Length; i++)
        {
            if (_chunk.Count == maxSamples)
            {
                Finish(sink);
            }

            if (_chunk.Count == 0)
            {
                _minMs = timestampsMs[i];
                _aggregates = default;
            }

            if (!_chunk.TryAppend(_bytes, timestampsMs[i], values[i]))
            {
                throw new InvalidOperationException("A chunk did not have the room that its samples take at most.");
            }

            Count(timestampsMs[i], values[i]);
        }
    }

    public void Finish(ChunkSink sink)
    {
        if (_chunk.Count != 0)
        {
            sink(
                new ChunkMeta(ChunkKind.Samples, _minMs, _chunk.LastTimestampMs, _chunk.Count, _aggregates, 0, _chunk.Length, 0),
                _bytes.AsSpan(0, _chunk.Length));
            _chunk = default;
        }
    }

    private void Count(long timestampMs, double value)
    {
        if (double.IsNaN(value))
        {
            return;
        }

        _aggregates = _aggregates.Count == 0
            ? new ChunkAggregates(1, value, value, value, value, timestampMs)
            : new ChunkAggregates(
                _aggregates.Count + 1,
                _aggregates.Sum + value,
                Math.Min(_aggregates.Min, value),
                Math.Max(_aggregates.Max, value),
                value,
                timestampMs);
    }
}

/// <summary>Takes a chunk; its bytes are reused after the call.</summary>
internal delegate void ChunkSink(in ChunkMeta meta, ReadOnlySpan<byte> bytes);
