namespace Metrics.Core.Compression;

/// <summary>What may stand in place of a value's Rice code: <see cref="ChunkFormat.EscapeQuotient"/> zero bits and a tag.</summary>
internal static class ValueEscape
{
    /// <summary>Tag 1: a residual too long for a Rice code, as a literal.</summary>
    public const ulong Literal = 0b1;

    public const int LiteralBits = ChunkFormat.EscapeQuotient + 1;

    /// <summary>Tag 00: one value that the form does not fit, as its 64 bits.</summary>
    public const ulong Alone = 0b00;

    /// <summary>Tag 01: a new form, and the value in it as a literal.</summary>
    public const ulong ChangeForm = 0b01;

    /// <summary>Bits of the escape with either of the two longer tags.</summary>
    public const int Bits = ChunkFormat.EscapeQuotient + 2;
}
