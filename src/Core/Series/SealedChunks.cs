using System.Buffers;
using Metrics.Core.Blocks;

namespace Metrics.Core.Series;

/// <summary>
/// Chunks of one series copied out for a block, and the means to say that the block has them now. Reused from series to series, and
/// to be cleared between; not thread-safe.
/// </summary>
public sealed class SealedChunks
{
    private readonly List<(ChunkMeta Meta, ReadOnlyMemory<byte> Bytes)> _chunks = [];
    private readonly List<Chunk> _sources = [];
    private readonly List<(long TimestampMs, byte[] Serialized)> _distributions = [];
    private readonly ArrayBufferWriter<byte> _encoded = new();
    private byte[] _buffer = new byte[4096];
    private int _used;
    private SeriesBuffer? _series;

    /// <summary>
    /// Chunks of samples and, when there are any, one of distributions a window: metas (offset and CRC unset) and bytes, which are good
    /// until <see cref="Clear"/>.
    /// </summary>
    public IReadOnlyList<(ChunkMeta Meta, ReadOnlyMemory<byte> Bytes)> Chunks => _chunks;

    /// <summary>Keeps what <see cref="SealTicket.MarkSealed"/> will need after this is reused for the next series.</summary>
    public SealTicket TakeTicket() => new(_series, [.. _sources], [.. _distributions]);

    public void Clear()
    {
        _chunks.Clear();
        _sources.Clear();
        _distributions.Clear();
        _series = null;
        _used = 0;
    }

    /// <summary>Says whose chunks follow.</summary>
    internal void Begin(SeriesBuffer series)
    {
        if (_series is not null && _series != series)
        {
            throw new InvalidOperationException("The chunks of another series are still here; clear them first.");
        }

        _series = series;
    }

    internal void Add(Chunk chunk)
    {
        Add(new(ChunkKind.Samples, chunk.MinMs, chunk.MaxMs, chunk.Count, chunk.Aggregates, 0, chunk.Length, 0), chunk.Bytes);
        _sources.Add(chunk);
    }

    internal void Add(in ChunkMeta meta, ReadOnlySpan<byte> bytes)
    {
        if (_buffer.Length - _used < bytes.Length)
        {
            // What is in the old array stays there for those who have been given it.
            _buffer = new byte[Math.Max(_buffer.Length * 2, bytes.Length)];
            _used = 0;
        }

        bytes.CopyTo(_buffer.AsSpan(_used));

        // Distributions come after all samples, and belong between them.
        var at = _chunks.Count;
        while (at > 0 && _chunks[at - 1].Meta.MinMs > meta.MinMs)
        {
            at--;
        }

        _chunks.Insert(at, (meta, _buffer.AsMemory(_used, bytes.Length)));
        _used += bytes.Length;
    }

    /// <summary>Adds the distributions of one window as a chunk.</summary>
    internal void Add(IReadOnlyList<(long TimestampMs, byte[] Serialized)> window)
    {
        _encoded.ResetWrittenCount();
        DistributionChunk.Write(_encoded, window);
        Add(
            new(ChunkKind.Distributions, window[0].TimestampMs, window[^1].TimestampMs, window.Count, ValueAggregates.Of(window), 0, _encoded.WrittenCount, 0),
            _encoded.WrittenSpan);
        _distributions.AddRange(window);
    }
}

/// <summary>Which chunks of a series a block has: to be marked when the block is durable.</summary>
public sealed class SealTicket
{
    private readonly SeriesBuffer? _series;
    private readonly Chunk[] _chunks;
    private readonly (long TimestampMs, byte[] Serialized)[] _distributions;

    internal SealTicket(SeriesBuffer? series, Chunk[] chunks, (long TimestampMs, byte[] Serialized)[] distributions) =>
        (_series, _chunks, _distributions) = (series, chunks, distributions);

    /// <summary>Chunks that were not replaced meanwhile need not be sealed again, and may leave memory.</summary>
    public void MarkSealed() => _series?.MarkSealed(_chunks, _distributions);
}
