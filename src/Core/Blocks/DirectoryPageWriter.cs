using Metrics.Core.Wal;

namespace Metrics.Core.Blocks;

/// <summary>Packs the chunks of consecutive series into pages of the directory.</summary>
internal sealed class DirectoryPageWriter
{
    private readonly ByteSink _page = new(16 * 1024);
    private readonly List<ChunkMeta> _row = [];
    private readonly List<(PageEntry Entry, byte[] Bytes)> _pages = [];
    private PageEntry _open;
    private ChunkMeta _first;

    public IReadOnlyList<(PageEntry Entry, byte[] Bytes)> Pages => _pages;

    /// <summary>A chunk of the series at hand.</summary>
    public void Add(in ChunkMeta chunk) => _row.Add(chunk);

    /// <summary>The series at hand has no more chunks.</summary>
    public void EndSeries()
    {
        if (_open.Rows == 0)
        {
            _first = _row[0];
            _open = _open with { DataOffset = _first.Offset };
            _page.Signed(_first.MinMs);
            _page.Signed(_first.MaxMs - _first.MinMs);
            _page.Varint(_first.Count);
        }

        _page.Varint(_row.Count);
        var previous = _first;
        var bytes = 0L;
        for (var i = 0; i < _row.Count; i++)
        {
            var chunk = _row[i];
            ChunkRecord.Write(_page, chunk, previous, sameSeries: i > 0);
            previous = chunk;
            bytes += chunk.Length;
        }

        _open = _open with { Rows = _open.Rows + 1, Chunks = _open.Chunks + _row.Count, DataBytes = _open.DataBytes + bytes };
        _row.Clear();
        if (_open.Rows >= BlockFormat.PageSeries || _open.Chunks >= BlockFormat.PageChunks)
        {
            EndPage();
        }
    }

    public void EndPage()
    {
        if (_open.Rows == 0)
        {
            return;
        }

        var bytes = _page.Written.ToArray();
        _pages.Add((_open with { Length = bytes.Length, Crc = Crc32C.Compute(bytes) }, bytes));
        _page.Clear();
        _open = new PageEntry { FirstRow = _open.FirstRow + _open.Rows };
    }
}
