namespace Metrics.Core.Compression;

/// <summary>Numbers of the chunk format, described in docs/formats/chunk.md. Changing one needs a new <see cref="Version"/>.</summary>
internal static class ChunkFormat
{
    public const int Version = 1;

    public const int VersionBits = 4;

    public const int FormBits = 4;

    /// <summary>A quotient of this many zero bits is not a Rice code but an escape.</summary>
    public const int EscapeQuotient = 12;

    /// <summary>Bits of the length in front of a literal; it holds the number of bits minus one.</summary>
    public const int LengthBits = 6;

    /// <summary>Most bits of one sample: both parts escaped, the value with a change of form, and the flag in front.</summary>
    public const int MaxSampleBits =
        1 + EscapeQuotient + LengthBits + 64 + EscapeQuotient + 2 + FormBits + LengthBits + 64;
}
