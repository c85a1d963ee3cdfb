namespace Metrics.Core.Blocks;

/// <summary>What the writer and the reader of docs/formats/block.md share.</summary>
internal static class BlockFormat
{
    /// <summary>The version written; the only one read.</summary>
    public const int Version = 1;

    /// <summary>At the end of every block, whatever its version: footer offset i64, footer length u32, footer CRC u32, CRC of these and the version, version u32, magic.</summary>
    public const int TailBytes = 32;

    /// <summary>Bytes of a CRC, of every chunk in the directory.</summary>
    public const int CrcBytes = sizeof(uint);

    /// <summary>A page of the directory ends with the series that brings it to so many series or chunks.</summary>
    public const int PageSeries = 256;

    /// <inheritdoc cref="PageSeries"/>
    public const int PageChunks = 1024;

    /// <summary>The first and the last bytes of a block.</summary>
    public static ReadOnlySpan<byte> Magic => "MTRXBLK\n"u8;
}
