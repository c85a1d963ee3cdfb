using Metrics.Core.Wal;

namespace Metrics.Core.Blocks;

/// <summary>Reads sections of one block; what is wrong becomes a <see cref="BlockDamagedException"/> that says where.</summary>
/// <param name="file">The block.</param>
/// <param name="name">Its name.</param>
internal sealed class BlockBytes(IBlockFile file, string name)
{
    /// <summary>Read at once from the end: small blocks need no second read.</summary>
    public const int SpeculativeBytes = 64 * 1024;

    private byte[] _end = [];
    private long _endAt = file.Length;

    public async ValueTask<BlockFooter> ReadFooterAsync(CancellationToken cancellation)
    {
        if (file.Length < BlockFormat.Magic.Length + BlockFormat.TailBytes)
        {
            throw Damaged("tail", 0, $"{file.Length} bytes are too few for a block");
        }

        _end = await ReadAsync("end", Math.Max(0, file.Length - SpeculativeBytes), (int)Math.Min(file.Length, SpeculativeBytes), cancellation);
        _endAt = file.Length - _end.Length;
        var tailAt = file.Length - BlockFormat.TailBytes;
        var tail = Parse("tail", tailAt, (_end, file.Length), static s => BlockTail.Parse(s._end.AsSpan(^BlockFormat.TailBytes..), s.Length));
        var footer = await ReadCheckedAsync("footer", tail.FooterOffset, tail.FooterLength, tail.FooterCrc, cancellation);
        return Parse("footer", tail.FooterOffset, (footer, tail.FooterOffset), static s => BlockFooter.Parse(s.footer, s.FooterOffset));
    }

    public async ValueTask<SeriesTable> ReadSeriesAsync(BlockFooter footer, CancellationToken cancellation)
    {
        var bytes = await ReadCheckedAsync("series index", footer.IndexOffset, footer.IndexLength, footer.IndexCrc, cancellation);
        return Parse("series index", footer.IndexOffset, (bytes, footer.Series), static s => new SeriesTable(s.bytes, s.Series));
    }

    public DirectoryPage ParsePage(in PageEntry entry, byte[] bytes)
    {
        CheckCrc("directory page", entry.Offset, bytes, entry.Crc);
        return Parse("directory page", entry.Offset, (entry, bytes), static s => new DirectoryPage(s.entry, s.bytes));
    }

    public async ValueTask<byte[]> ReadAsync(string section, long offset, int length, CancellationToken cancellation)
    {
        var bytes = new byte[length];
        if (offset >= _endAt && offset + length <= _endAt + _end.Length)
        {
            _end.AsSpan((int)(offset - _endAt), length).CopyTo(bytes);
            return bytes;
        }

        await ReadAsync(section, offset, bytes.AsMemory(), cancellation);
        return bytes;
    }

    public async ValueTask ReadAsync(string section, long offset, Memory<byte> destination, CancellationToken cancellation)
    {
        try
        {
            await file.ReadAsync(offset, destination, cancellation);
        }
        catch (InvalidDataException e)
        {
            throw Damaged(section, offset, e.Message);
        }
    }

    public void CheckCrc(string section, long offset, ReadOnlySpan<byte> bytes, uint crc)
    {
        if (Crc32C.Compute(bytes) != crc)
        {
            throw Damaged(section, offset, $"the checksum of its {bytes.Length} bytes is wrong");
        }
    }

    public BlockDamagedException Damaged(string section, long offset, string what) => new(name, $"the {section} at offset {offset}: {what}");

    private async ValueTask<byte[]> ReadCheckedAsync(string section, long offset, int length, uint crc, CancellationToken cancellation)
    {
        var bytes = await ReadAsync(section, offset, length, cancellation);
        CheckCrc(section, offset, bytes, crc);
        return bytes;
    }

    private TResult Parse<TState, TResult>(string section, long offset, TState state, Func<TState, TResult> parse)
    {
        try
        {
            return parse(state);
        }
        catch (InvalidDataException e)
        {
            throw Damaged(section, offset, e.Message);
        }
    }
}
