using System.Buffers.Binary;

namespace Metrics.Core.Wal;

/// <summary>
/// The bytes of a segment, as docs/formats/wal.md draws them: a segment header, then records one after the
/// other. All integers are little-endian.
/// </summary>
internal static class WalFormat
{
    public const uint Version = 1;
    public const int SegmentHeaderBytes = 32;
    public const int RecordHeaderBytes = 20;

    /// <summary>What a reader takes for a possible length, whatever the writer's own limit is.</summary>
    public const int MaxPayloadBytes = 64 * 1024 * 1024;

    private const int LengthAt = 4;
    private const int TypeAt = 8;
    private const int PayloadCrcAt = 12;
    private const int HeaderCrcAt = 16;

    /// <summary>0xFF and 0xFE occur in no UTF-8 text, so that text in a payload never looks like the start of a record.</summary>
    public static ReadOnlySpan<byte> RecordMagic => [0xFF, (byte)'W', (byte)'R', 0xFE];

    private static ReadOnlySpan<byte> SegmentMagic => "MTRXWAL\n"u8;

    public static void WriteSegmentHeader(Span<byte> destination, long segment, long createdUnixMs)
    {
        SegmentMagic.CopyTo(destination);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(destination[12..], segment);
        BinaryPrimitives.WriteInt64LittleEndian(destination[20..], createdUnixMs);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[28..], Crc32C.Compute(destination[..28]));
    }

    public static bool TryReadSegmentHeader(ReadOnlySpan<byte> source, out uint version, out long segment)
    {
        version = 0;
        segment = 0;
        if (source.Length < SegmentHeaderBytes
            || !source.StartsWith(SegmentMagic)
            || BinaryPrimitives.ReadUInt32LittleEndian(source[28..]) != Crc32C.Compute(source[..28]))
        {
            return false;
        }

        version = BinaryPrimitives.ReadUInt32LittleEndian(source[8..]);
        segment = BinaryPrimitives.ReadInt64LittleEndian(source[12..]);
        return segment > 0;
    }

    /// <summary>Whether a file that is shorter than a header can be one whose writing was cut off.</summary>
    public static bool IsStartOfSegmentHeader(ReadOnlySpan<byte> source) =>
        source.Length < SegmentHeaderBytes
        && source[..Math.Min(source.Length, SegmentMagic.Length)].SequenceEqual(SegmentMagic[..Math.Min(source.Length, SegmentMagic.Length)]);

    /// <summary>Writes all of a record's header but its own CRC, which depends on the segment: see <see cref="SealRecordHeader"/>.</summary>
    public static void WriteRecordHeader(Span<byte> destination, byte type, int payloadBytes, uint payloadCrc)
    {
        RecordMagic.CopyTo(destination);
        BinaryPrimitives.WriteInt32LittleEndian(destination[LengthAt..], payloadBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[TypeAt..], type);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[PayloadCrcAt..], payloadCrc);
    }

    /// <summary>Fills the CRC in and returns the payload's length.</summary>
    public static int SealRecordHeader(Span<byte> header, uint segmentSeed)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header[HeaderCrcAt..], Crc32C.Compute(header[..HeaderCrcAt], segmentSeed));
        return BinaryPrimitives.ReadInt32LittleEndian(header[LengthAt..]);
    }

    public static bool TryReadRecordHeader(ReadOnlySpan<byte> source, uint segmentSeed, out RecordHeader header)
    {
        header = default;
        if (source.Length < RecordHeaderBytes || !source.StartsWith(RecordMagic))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(source[LengthAt..]);
        if (length > MaxPayloadBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(source[HeaderCrcAt..]) != Crc32C.Compute(source[..HeaderCrcAt], segmentSeed))
        {
            return false;
        }

        header = new((int)length, source[TypeAt], BinaryPrimitives.ReadUInt32LittleEndian(source[PayloadCrcAt..]));
        return true;
    }

    /// <summary>
    /// What header CRCs of a segment start from, so that a stale disk block of another segment is not taken for a record of this one.
    /// </summary>
    public static uint SeedOf(long segment)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, segment);
        return Crc32C.Compute(number);
    }

    internal readonly record struct RecordHeader(int PayloadBytes, byte Type, uint PayloadCrc);
}
