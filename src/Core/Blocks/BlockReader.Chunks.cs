namespace Metrics.Core.Blocks;

public sealed partial class BlockReader
{
    /// <summary>Most bytes of adjoining directory pages in one range read.</summary>
    private const int MaxReadBytes = 1024 * 1024;

    /// <summary>
    /// The chunks of some series: reads the pages of the chunk directory that have them, unless they are in memory.
    /// </summary>
    /// <param name="file">The block's bytes.</param>
    /// <param name="rows">Ascending.</param>
    /// <param name="fromMs">Chunks that end before are left out.</param>
    /// <param name="toMs">Chunks that start at or after are left out.</param>
    /// <param name="into">Receives the row and the chunk, by row and then time.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="BlockDamagedException">A checksum is wrong.</exception>
    public async ValueTask ReadChunksAsync(
        IBlockFile file, IReadOnlyList<int> rows, long fromMs, long toMs, List<(int Row, ChunkMeta Chunk)> into, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(into);
        var pages = new List<DirectoryPage>();
        for (var i = 0; i < rows.Count;)
        {
            var first = PageOf(rows[i]);
            pages.Clear();
            if (_pages.Get(first) is { } known)
            {
                pages.Add(known);
            }
            else
            {
                await ReadPagesAsync(file, first, EndOfMissing(first, rows, i), pages, cancellation);
            }

            i = Collect(first, pages, rows, i, fromMs, toMs, into);
        }
    }

    /// <summary>Checks a chunk's bytes against its checksum.</summary>
    /// <exception cref="BlockDamagedException">They are not what was written.</exception>
    public void Check(in ChunkMeta chunk, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != chunk.Length || Wal.Crc32C.Compute(bytes) != chunk.Crc)
        {
            throw new BlockDamagedException(_name, $"the chunk at offset {chunk.Offset}: the checksum of its {chunk.Length} bytes is wrong");
        }
    }

    /// <summary>The series of pages that the rows need, that adjoin one another, and that are not in memory.</summary>
    private int EndOfMissing(int first, IReadOnlyList<int> rows, int at)
    {
        var end = first + 1;
        for (long bytes = _footer.Pages[first].Length; end < _footer.Pages.Length; end++)
        {
            var page = _footer.Pages[end];
            while (at < rows.Count && rows[at] < page.FirstRow)
            {
                at++;
            }

            bytes += page.Length;
            if (at == rows.Count || rows[at] >= page.FirstRow + page.Rows || bytes > MaxReadBytes || _pages.Get(end) is not null)
            {
                break;
            }
        }

        return end;
    }

    private async ValueTask ReadPagesAsync(IBlockFile file, int first, int end, List<DirectoryPage> into, CancellationToken cancellation)
    {
        var source = new BlockBytes(file, _name);
        var at = _footer.Pages[first].Offset;
        var last = _footer.Pages[end - 1];
        var bytes = await source.ReadAsync("directory page", at, checked((int)(last.Offset + last.Length - at)), cancellation);
        for (var page = first; page < end; page++)
        {
            var entry = _footer.Pages[page];
            var own = end - first == 1 ? bytes : bytes.AsSpan((int)(entry.Offset - at), entry.Length).ToArray();
            var read = source.ParsePage(entry, own);
            _pages.Put(page, read);
            into.Add(read);
        }
    }

    private int Collect(
        int firstPage, List<DirectoryPage> pages, IReadOnlyList<int> rows, int at, long fromMs, long toMs, List<(int Row, ChunkMeta Chunk)> into)
    {
        for (var i = 0; i < pages.Count; i++)
        {
            var entry = _footer.Pages[firstPage + i];
            for (; at < rows.Count && rows[at] < entry.FirstRow + entry.Rows; at++)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(rows[at], entry.FirstRow, nameof(rows));
                pages[i].Read(rows[at], fromMs, toMs, into);
            }
        }

        return at;
    }

    private int PageOf(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, SeriesCount);
        var (low, high) = (0, _footer.Pages.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) >> 1;
            (low, high) = _footer.Pages[middle].FirstRow <= row ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}
