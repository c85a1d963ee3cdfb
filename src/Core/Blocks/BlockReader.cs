using System.Buffers;
using System.IO.Hashing;
using Metrics.Core.Model;

namespace Metrics.Core.Blocks;

/// <summary>
/// An opened block: its footer and its series index in memory (decoded once, held by a cache; immutable, thread-safe), its chunks
/// read on demand through whatever <see cref="IBlockFile"/> the caller has then.
/// </summary>
public sealed partial class BlockReader
{
    /// <summary>Bytes of directory pages kept by one reader.</summary>
    private const long MaxPageBytes = 4 * 1024 * 1024;

    private readonly string _name;
    private readonly long _length;
    private readonly BlockFooter _footer;
    private readonly SeriesTable _table;
    private readonly DirectoryCache _pages;
    private SeriesIds? _ids;

    internal BlockReader(string name, long length, BlockFooter footer, SeriesTable table)
    {
        (_name, _length, _footer, _table) = (name, length, footer, table);
        var directory = footer.IndexOffset - footer.DirectoryOffset + ((long)DirectoryPage.RowOverhead * footer.Series);
        _pages = new DirectoryCache(footer.Pages.Length, MaxPageBytes);
        MemoryBytes = table.MemoryBytes + SeriesIds.MemoryBytesFor(footer.Series) + Math.Min(directory, MaxPageBytes) + (footer.Pages.Length * 280L) + 512;
    }

    /// <summary>Reads footer and series index: one range read for a small block, two or three for others.</summary>
    /// <exception cref="BlockDamagedException">A checksum is wrong or something does not add up.</exception>
    public static async ValueTask<BlockReader> OpenAsync(IBlockFile file, string name, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(name);
        var bytes = new BlockBytes(file, name);
        var footer = await bytes.ReadFooterAsync(cancellation);
        return new BlockReader(name, file.Length, footer, await bytes.ReadSeriesAsync(footer, cancellation));
    }

    public Resolution Resolution => _footer.Resolution;

    public int Shard => _footer.Shard;

    /// <summary>The window: start, inclusive.</summary>
    public long FromMs => _footer.FromMs;

    /// <summary>The window: end, exclusive.</summary>
    public long ToMs => _footer.ToMs;

    public long Sequence => _footer.Sequence;

    /// <summary>What the writer said of the block when it had written it.</summary>
    public BlockSummary Summary => new(_footer.MinMs, _footer.MaxMs, _footer.Series, _footer.Samples, _length);

    /// <summary>Series; rows of the index are numbered from 0 in the order of canonical forms.</summary>
    public int SeriesCount => _footer.Series;

    /// <summary>Chunks of all series.</summary>
    public long ChunkCount => _footer.Chunks;

    /// <summary>About how much memory it takes, for the cache; never changes: what is read or made later is counted from the start.</summary>
    public long MemoryBytes { get; }

    /// <summary>Appends the rows that satisfy a selector, ascending.</summary>
    public void Select(Index.CompiledSelector selector, List<int> rows)
    {
        ArgumentNullException.ThrowIfNull(selector);
        ArgumentNullException.ThrowIfNull(rows);
        SeriesSelection.Collect(_table, selector, rows);
    }

    public SeriesId IdOf(int row)
    {
        if (Volatile.Read(ref _ids) is { } ids)
        {
            return new SeriesId(ids[row]);
        }

        var canonical = new ArrayBufferWriter<byte>(256);
        return new SeriesId(HashOf(row, canonical));
    }

    public SeriesKey KeyOf(int row)
    {
        var run = _table.RunOf(row);
        var shape = _table.Run(run).Shape;
        var (start, end) = _table.FieldsOf(shape);
        var tags = new Tag[end - start];
        for (var field = start; field < end; field++)
        {
            tags[field - start] = new Tag(TextOf(_table.SymbolOfKey(_table.KeyOfField(field))), TextOf(_table.ValueOf(run, row, field)));
        }

        return SeriesKey.FromSorted(TextOf(_table.TenantOf(shape)), TextOf(_table.MetricOf(shape)), tags);
    }

    /// <summary>Writes the canonical form of a series, without making its key: for bringing the series of several blocks in order.</summary>
    public void WriteCanonical(int row, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var run = _table.RunOf(row);
        var shape = _table.Run(run).Shape;
        var (start, end) = _table.FieldsOf(shape);
        WriteText(destination, _table.TenantOf(shape));
        WriteText(destination, _table.MetricOf(shape));
        CanonicalForm.WriteVarint(destination, (uint)(end - start));
        for (var field = start; field < end; field++)
        {
            WriteText(destination, _table.SymbolOfKey(_table.KeyOfField(field)));
            WriteText(destination, _table.ValueOf(run, row, field));
        }
    }

    public string MetricOf(int row) => TextOf(_table.MetricOf(_table.Run(_table.RunOf(row)).Shape));

    /// <summary>The row of a series; -1 when it is not in the block. The first call makes the table of all ids.</summary>
    public int Find(SeriesId id) => (Volatile.Read(ref _ids) ?? MakeIds()).Find(id.Value);

    /// <summary>The block's number for a string, for comparing tag values without strings; -1 when no series has it.</summary>
    public int SymbolOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _table.Symbols.Find(text);
    }

    public string TextOf(int symbol) => _table.Symbols.TextOf(symbol);

    /// <summary>The symbol of a series' tag value; -1 when the tag is absent.</summary>
    public int ValueSymbolOf(int row, int keySymbol)
    {
        var run = _table.RunOf(row);
        return _table.KeyOfSymbol(keySymbol) is >= 0 and var key && _table.FieldOf(_table.Run(run).Shape, key) is >= 0 and var field
            ? _table.ValueOf(run, row, field)
            : -1;
    }

    private SeriesIds MakeIds()
    {
        var ids = new UInt128[SeriesCount];
        var canonical = new ArrayBufferWriter<byte>(256);
        for (var row = 0; row < ids.Length; row++)
        {
            ids[row] = HashOf(row, canonical);
        }

        var made = new SeriesIds(ids);
        return Interlocked.CompareExchange(ref _ids, made, null) ?? made;
    }

    private UInt128 HashOf(int row, ArrayBufferWriter<byte> canonical)
    {
        canonical.ResetWrittenCount();
        WriteCanonical(row, canonical);
        return XxHash128.HashToUInt128(canonical.WrittenSpan);
    }

    private void WriteText(IBufferWriter<byte> destination, int symbol)
    {
        var utf8 = _table.Symbols.Utf8Of(symbol);
        CanonicalForm.WriteVarint(destination, (uint)utf8.Length);
        destination.Write(utf8);
    }
}
