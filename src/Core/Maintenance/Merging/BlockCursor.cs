using Metrics.Core.Blocks;
using Metrics.Core.Model;

namespace Metrics.Core.Maintenance.Merging;

/// <summary>Goes through the series of one block in the order of their canonical forms.</summary>
internal sealed class BlockCursor(OpenBlock block, long fromMs, long toMs)
{
    /// <summary>Rows whose chunks are looked up at once: they share pages of the directory.</summary>
    private const int Batch = 256;

    private readonly List<(int Row, ChunkMeta Chunk)> _chunks = [];
    private int _row = -1;
    private int _batchEnd;
    private int _next;
    private byte[]? _form;
    private SeriesKey? _key;

    public OpenBlock Block => block;

    public SeriesId Id { get; private set; }

    public SeriesKey Key => _key ??= block.Reader.KeyOf(_row);

    public ReadOnlySpan<byte> Form => _form ??= Key.ToCanonical();

    /// <summary>Whether the series is one of the block's that have chunks in the range.</summary>
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellation)
    {
        while (++_row < block.Reader.SeriesCount)
        {
            if (_row >= _batchEnd)
            {
                var rows = Enumerable.Range(_row, Math.Min(Batch, block.Reader.SeriesCount - _row)).ToArray();
                _batchEnd = _row + rows.Length;
                _chunks.Clear();
                _next = 0;
                await block.FindChunksAsync(rows, fromMs, toMs, _chunks, cancellation);
            }

            while (_next < _chunks.Count && _chunks[_next].Row < _row)
            {
                _next++;
            }

            if (_next < _chunks.Count && _chunks[_next].Row == _row)
            {
                (_form, _key, Id) = (null, null, block.Reader.IdOf(_row));
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds the chunks of the series that it is at.</summary>
    public async ValueTask LoadAsync(SeriesChunks into, CancellationToken cancellation)
    {
        for (; _next < _chunks.Count && _chunks[_next].Row == _row; _next++)
        {
            await block.LoadAsync(_chunks[_next].Chunk, into, cancellation);
        }
    }
}
