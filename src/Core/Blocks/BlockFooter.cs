using System.Buffers.Binary;
using Metrics.Core.Wal;

namespace Metrics.Core.Blocks;

/// <summary>A page of the chunk directory: the chunks of consecutive rows.</summary>
/// <param name="FirstRow">Its first series.</param>
/// <param name="Rows">Its series.</param>
/// <param name="Chunks">Chunks of them all.</param>
/// <param name="DataOffset">Where the first chunk begins.</param>
/// <param name="DataBytes">Bytes of the chunks, one after the other.</param>
/// <param name="Offset">Where the page is.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Crc">CRC-32C of them.</param>
internal readonly record struct PageEntry(int FirstRow, int Rows, int Chunks, long DataOffset, long DataBytes, long Offset, int Length, uint Crc);

/// <summary>What a block says of itself and where its sections are. They follow one another without a gap: magic, chunks, directory, series index, footer, tail.</summary>
internal sealed record BlockFooter(
    Resolution Resolution,
    int Shard,
    long FromMs,
    long ToMs,
    long Sequence,
    long MinMs,
    long MaxMs,
    int Series,
    long Chunks,
    long Samples,
    long DirectoryOffset,
    long IndexOffset,
    int IndexLength,
    uint IndexCrc,
    PageEntry[] Pages)
{
    /// <summary>Where the footer begins.</summary>
    public long End => IndexOffset + IndexLength;

    public void Write(ByteSink sink)
    {
        sink.Byte((byte)Resolution);
        sink.Varint(Shard);
        foreach (var time in (ReadOnlySpan<long>)[FromMs, ToMs, Sequence, MinMs, MaxMs])
        {
            sink.Int64(time);
        }

        sink.Varint(Series);
        sink.Varint((ulong)Chunks);
        sink.Varint((ulong)Samples);
        sink.Int64(DirectoryOffset);
        sink.Int64(IndexOffset);
        sink.UInt32((uint)IndexLength);
        sink.UInt32(IndexCrc);
        sink.Varint(Pages.Length);
        foreach (var page in Pages)
        {
            sink.Varint(page.Rows);
            sink.Varint(page.Chunks);
            sink.Varint((ulong)page.DataBytes);
            sink.Varint(page.Length);
            sink.UInt32(page.Crc);
        }
    }

    /// <param name="bytes">The footer.</param>
    /// <param name="at">Where it began in the block.</param>
    /// <exception cref="InvalidDataException">It is none, or does not fit the block.</exception>
    public static BlockFooter Parse(ReadOnlySpan<byte> bytes, long at)
    {
        var source = new ByteSource(bytes);
        var resolution = (Resolution)source.Byte();
        if (resolution > Resolution.Day)
        {
            throw source.Damaged($"the resolution is {(int)resolution}");
        }

        var shard = source.Int32(int.MaxValue, "the shard");
        var (from, to, sequence, min, max) = (source.Int64(), source.Int64(), source.Int64(), source.Int64(), source.Int64());
        var series = source.Int32(int.MaxValue, "the number of series");
        var (chunks, samples) = ((long)source.Varint(), (long)source.Varint());
        var (directory, index, indexLength, indexCrc) = (source.Int64(), source.Int64(), source.UInt32(), source.UInt32());
        if (series == 0 || chunks < series || samples < 0 || min > max || from >= to)
        {
            throw source.Damaged($"{series} series, {chunks} chunks, {samples} samples from {min} to {max} of the window {from} to {to} do not go together");
        }

        if (directory < BlockFormat.Magic.Length || index < directory || index > at || indexLength != at - index || indexLength > int.MaxValue / 2)
        {
            throw source.Damaged($"directory at {directory} and series index at {index} of {indexLength} bytes do not fit before the footer at {at}");
        }

        var pages = ParsePages(ref source, directory);
        var last = pages.Length == 0 ? default : pages[^1];
        if (last.FirstRow + last.Rows != series
            || pages.Sum(static p => (long)p.Chunks) != chunks
            || last.DataOffset + last.DataBytes != directory
            || last.Offset + last.Length != index)
        {
            throw source.Damaged("the pages of the directory do not add up to it");
        }

        return new(resolution, shard, from, to, sequence, min, max, series, chunks, samples, directory, index, (int)indexLength, indexCrc, pages);
    }

    private static PageEntry[] ParsePages(ref ByteSource source, long directory)
    {
        var pages = new PageEntry[source.Count("the number of pages")];
        long data = BlockFormat.Magic.Length;
        var (offset, row) = (directory, 0);
        for (var i = 0; i < pages.Length; i++)
        {
            var rows = source.Int32(int.MaxValue - row, "the series of a page");
            var chunks = source.Int32(int.MaxValue, "the chunks of a page");
            var dataBytes = (long)source.Varint();
            var length = source.Int32(int.MaxValue / 2, "the length of a page");
            if (rows == 0 || chunks < rows || dataBytes < 0 || dataBytes > directory - data || length / BlockFormat.CrcBytes < chunks)
            {
                throw source.Damaged($"page {i} has {rows} series, {chunks} chunks of {dataBytes} bytes in {length} bytes");
            }

            pages[i] = new(row, rows, chunks, data, dataBytes, offset, length, source.UInt32());
            row += rows;
            data += dataBytes;
            offset += length;
        }

        source.AtEnd();
        return pages;
    }
}

/// <summary>The last bytes of a block, of fixed size.</summary>
internal readonly record struct BlockTail(long FooterOffset, int FooterLength, uint FooterCrc)
{
    private const int Checked = 16;

    public void Write(Span<byte> tail)
    {
        BinaryPrimitives.WriteInt64LittleEndian(tail, FooterOffset);
        BinaryPrimitives.WriteInt32LittleEndian(tail[8..], FooterLength);
        BinaryPrimitives.WriteUInt32LittleEndian(tail[12..], FooterCrc);
        BinaryPrimitives.WriteInt32LittleEndian(tail[20..], BlockFormat.Version);
        BlockFormat.Magic.CopyTo(tail[24..]);
        BinaryPrimitives.WriteUInt32LittleEndian(tail[Checked..], Crc32C.Compute(tail[20..24], Crc32C.Compute(tail[..Checked])));
    }

    /// <param name="tail">The last bytes of a block.</param>
    /// <param name="blockLength">Bytes of the block.</param>
    /// <exception cref="InvalidDataException">They are none, or of a version that this program does not know.</exception>
    public static BlockTail Parse(ReadOnlySpan<byte> tail, long blockLength)
    {
        if (!tail[24..].SequenceEqual(BlockFormat.Magic))
        {
            throw new InvalidDataException("it does not end as a block does: it was cut short, or is something else");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(tail[Checked..]) != Crc32C.Compute(tail[20..24], Crc32C.Compute(tail[..Checked])))
        {
            throw new InvalidDataException("its checksum is wrong");
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(tail[20..]);
        if (version != BlockFormat.Version)
        {
            throw new InvalidDataException($"the block is of format version {version}, and this program reads version {BlockFormat.Version} only: use the program that wrote it, or a newer one");
        }

        var parsed = new BlockTail(
            BinaryPrimitives.ReadInt64LittleEndian(tail), BinaryPrimitives.ReadInt32LittleEndian(tail[8..]), BinaryPrimitives.ReadUInt32LittleEndian(tail[12..]));
        return parsed.FooterOffset >= BlockFormat.Magic.Length && parsed.FooterLength > 0
            && parsed.FooterOffset == blockLength - BlockFormat.TailBytes - parsed.FooterLength
            ? parsed
            : throw new InvalidDataException($"a footer of {parsed.FooterLength} bytes at {parsed.FooterOffset} does not fit a block of {blockLength} bytes");
    }
}
