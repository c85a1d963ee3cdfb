using System.Buffers;
using Metrics.Core.Files;
using Metrics.Core.Model;
using Metrics.Core.Wal;

namespace Metrics.Core.Blocks;

/// <summary>Writes one block file: series in ascending order of their canonical form, the chunks of each in order of time.</summary>
/// <remarks>Chunks go to the file through a buffer; what is held until the end is the series index and some twenty bytes a chunk.</remarks>
public sealed class BlockWriter : IDisposable
{
    private const int BufferBytes = 256 * 1024;

    private readonly IFile _file;
    private readonly Resolution _resolution;
    private readonly int _shard;
    private readonly (long FromMs, long ToMs) _window;
    private readonly long _sequence;
    private readonly SeriesTableWriter _series = new();
    private readonly DirectoryPageWriter _directory = new();
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _buffered;
    private long _written;
    private ArrayBufferWriter<byte> _canonical = new(256);
    private ArrayBufferWriter<byte> _previous = new(256);
    private SeriesKey? _key;
    private int _chunksOfSeries;
    private long _chunks;
    private long _lastStartMs;
    private long _minMs = long.MaxValue;
    private long _maxMs = long.MinValue;
    private bool _isFinished;

    /// <param name="file">Empty; written from the start, not closed and not flushed.</param>
    /// <param name="resolution">Of all chunks.</param>
    /// <param name="shard">The shard that the series belong to.</param>
    /// <param name="fromMs">Start of the window.</param>
    /// <param name="toMs">End of the window, exclusive.</param>
    /// <param name="sequence">The block's place in the shard's history.</param>
    public BlockWriter(IFile file, Resolution resolution, int shard, long fromMs, long toMs, long sequence)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((byte)resolution, (byte)Resolution.Day, nameof(resolution));
        ArgumentOutOfRangeException.ThrowIfNegative(shard);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(fromMs, toMs);
        (_file, _resolution, _shard, _window, _sequence) = (file, resolution, shard, (fromMs, toMs), sequence);
        Append(BlockFormat.Magic);
    }

    /// <summary>Samples, distributions or rows so far.</summary>
    public long Samples { get; private set; }

    /// <summary>Series so far that have chunks.</summary>
    public int Series => _series.Count;

    /// <summary>The chunks that follow are of this series. One without chunks is left out.</summary>
    /// <exception cref="ArgumentException">Its canonical form is not greater than the one before.</exception>
    public void BeginSeries(SeriesKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        ThrowIfFinished();
        EndSeries();
        (_canonical, _previous) = (_previous, _canonical);
        _canonical.ResetWrittenCount();
        key.WriteCanonical(_canonical);
        if (_key is not null && _canonical.WrittenSpan.SequenceCompareTo(_previous.WrittenSpan) <= 0)
        {
            throw new ArgumentException($"The series {key} does not come after {_key} in the order of canonical forms.", nameof(key));
        }

        _key = key;
    }

    /// <summary>Adds a chunk of the series begun last; offset and CRC in the meta are computed here. Chunks may overlap in time.</summary>
    /// <exception cref="ArgumentException">The meta contradicts itself, the bytes, or the chunk before it.</exception>
    public void AddChunk(in ChunkMeta meta, ReadOnlySpan<byte> bytes)
    {
        ThrowIfFinished();
        if (_key is null)
        {
            throw new InvalidOperationException("A chunk was added before the first series.");
        }

        if (meta.Kind > ChunkKind.Rollup || meta.MinMs > meta.MaxMs || meta.Count < 0 || bytes.IsEmpty)
        {
            throw new ArgumentException($"A chunk of {_key} is of kind {meta.Kind}, from {meta.MinMs} to {meta.MaxMs}, with {meta.Count} samples in {bytes.Length} bytes.", nameof(meta));
        }

        if (_chunksOfSeries > 0 && meta.MinMs < _lastStartMs)
        {
            throw new ArgumentException($"A chunk of {_key} starts at {meta.MinMs}, before the one that precedes it ({_lastStartMs}).", nameof(meta));
        }

        if (_chunksOfSeries++ == 0)
        {
            _series.Add(_key);
        }

        _directory.Add(meta with { Offset = _written + _buffered, Length = bytes.Length, Crc = Crc32C.Compute(bytes) });
        Append(bytes);
        _chunks++;
        _lastStartMs = meta.MinMs;
        Samples += meta.Count;
        _minMs = Math.Min(_minMs, meta.MinMs);
        _maxMs = Math.Max(_maxMs, meta.MaxMs);
    }

    /// <summary>Writes index and footer.</summary>
    /// <returns>What the catalog says of it but for name and creation time.</returns>
    /// <exception cref="InvalidOperationException">No series has chunks: there is no block without any.</exception>
    public BlockSummary Finish()
    {
        ThrowIfFinished();
        EndSeries();
        if (Series == 0)
        {
            throw new InvalidOperationException("No series has chunks; a block without any is not written.");
        }

        _isFinished = true;
        _directory.EndPage();
        var directoryAt = _written + _buffered;
        foreach (var (_, bytes) in _directory.Pages)
        {
            Append(bytes);
        }

        var indexAt = _written + _buffered;
        var sink = new ByteSink(64 * 1024);
        _series.Write(sink);
        Append(sink.Written);
        var footer = new BlockFooter(
            _resolution, _shard, _window.FromMs, _window.ToMs, _sequence, _minMs, _maxMs, Series, _chunks, Samples,
            directoryAt, indexAt, sink.Length, Crc32C.Compute(sink.Written), [.. _directory.Pages.Select(static p => p.Entry)]);
        sink.Clear();
        footer.Write(sink);
        Append(sink.Written);
        Span<byte> tail = stackalloc byte[BlockFormat.TailBytes];
        new BlockTail(footer.End, sink.Length, Crc32C.Compute(sink.Written)).Write(tail);
        Append(tail);
        Flush();
        return new(_minMs, _maxMs, Series, Samples, _written);
    }

    public void Dispose()
    {
        _isFinished = true;
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    private void EndSeries()
    {
        if (_chunksOfSeries > 0)
        {
            _directory.EndSeries();
            _chunksOfSeries = 0;
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _buffered)
        {
            Flush();
        }

        if (bytes.Length > _buffer.Length)
        {
            _file.Write(_written, bytes);
            _written += bytes.Length;
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += bytes.Length;
    }

    private void Flush()
    {
        if (_buffered > 0)
        {
            _file.Write(_written, _buffer.AsSpan(0, _buffered));
            _written += _buffered;
            _buffered = 0;
        }
    }

    private void ThrowIfFinished()
    {
        if (_isFinished)
        {
            throw new InvalidOperationException("The block is finished.");
        }
    }
}
