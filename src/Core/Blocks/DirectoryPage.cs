namespace Metrics.Core.Blocks;

/// <summary>A page of the chunk directory in memory: packed as it was written, with the place of each series in it.</summary>
internal sealed class DirectoryPage
{
    private readonly PageEntry _entry;
    private readonly byte[] _bytes;
    private readonly int[] _rowAt;
    private readonly long[] _dataAt;
    private readonly ChunkMeta _first;

    /// <summary>Reads all of it once.</summary>
    /// <exception cref="InvalidDataException">It is not a page, or not the one that the footer speaks of.</exception>
    public DirectoryPage(in PageEntry entry, byte[] bytes)
    {
        _entry = entry;
        _bytes = bytes;
        _rowAt = new int[entry.Rows];
        _dataAt = new long[entry.Rows];
        var source = new ByteSource(bytes);
        var min = source.Signed();
        var length = source.Signed();
        _first = new ChunkMeta { MinMs = min, MaxMs = min + length, Count = source.Int32(int.MaxValue, "the count of the first chunk") };
        var (offset, chunks) = (entry.DataOffset, 0);
        for (var row = 0; row < entry.Rows; row++)
        {
            _rowAt[row] = source.Position;
            _dataAt[row] = offset;
            var count = source.Int32(entry.Chunks - chunks, "the number of chunks of a series");
            if (count == 0)
            {
                throw source.Damaged("a series has no chunks");
            }

            var previous = _first;
            for (var i = 0; i < count; i++)
            {
                previous = ChunkRecord.Read(ref source, previous, i > 0, offset, entry.DataOffset + entry.DataBytes - offset);
                offset += previous.Length;
            }

            chunks += count;
        }

        source.AtEnd();
        if (chunks != entry.Chunks || offset != entry.DataOffset + entry.DataBytes)
        {
            throw source.Damaged("the chunks do not add up to what the footer says");
        }
    }

    /// <summary>Bytes of memory that a page takes for each series beside its own.</summary>
    public const int RowOverhead = sizeof(int) + sizeof(long);

    public long MemoryBytes => _bytes.Length + ((long)RowOverhead * _rowAt.Length) + 200;

    /// <summary>Appends the chunks of a row that touch a range of time.</summary>
    public void Read(int row, long fromMs, long toMs, List<(int Row, ChunkMeta Chunk)> into)
    {
        var index = row - _entry.FirstRow;
        var source = new ByteSource(_bytes, _rowAt[index]);
        var offset = _dataAt[index];
        var count = source.Int32(_entry.Chunks, "the number of chunks of a series");
        var previous = _first;
        for (var i = 0; i < count; i++)
        {
            previous = ChunkRecord.Read(ref source, previous, i > 0, offset, long.MaxValue);
            offset += previous.Length;
            if (previous.MaxMs >= fromMs && (previous.MinMs < toMs || toMs == long.MaxValue))
            {
                into.Add((row, previous));
            }
        }
    }
}
