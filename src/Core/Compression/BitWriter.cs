using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Metrics.Core.Compression;

/// <summary>Appends bits, the most significant first, after the first <see cref="Position"/> bits of a buffer.</summary>
internal ref struct BitWriter(Span<byte> buffer, int position)
{
    /// <summary>Most bits of one <see cref="Put"/>: what a 64-bit word holds after up to 7 bits that are there.</summary>
    public const int MaxPut = 57;

    private readonly Span<byte> _buffer = buffer;

    public int Position { get; private set; } = position;

    /// <summary>Bytes that hold this many bits.</summary>
    public static int BytesFor(int bits) => (int)(((uint)bits + 7) >> 3);

    /// <summary>Writes the low <paramref name="count"/> bits, 1 to <see cref="MaxPut"/>. The others must be zero, and the buffer large enough.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(ulong bits, int count)
    {
        int index = Position >> 3;
        int used = Position & 7;
        Span<byte> target = _buffer[index..];
        ulong word = bits << (64 - used - count);
        // With no bit in use the mask drops whatever the fresh byte holds.
        word |= used == 0 ? 0 : (ulong)(target[0] & (0xFF00 >> used)) << 56;
        if (target.Length >= sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64BigEndian(target, word);
        }
        else
        {
            PutTail(target[..BytesFor(used + count)], word);
        }

        Position += count;
    }

    /// <summary>Writes the low <paramref name="count"/> bits, 1 to 64.</summary>
    public void PutLong(ulong bits, int count)
    {
        if (count > 32)
        {
            Put((bits >> 32) & (ulong.MaxValue >> (96 - count)), count - 32);
            bits = (uint)bits;
            count = 32;
        }

        Put(bits, count);
    }

    /// <summary>Writes the number of significant bits (at least 1) less one, then those bits.</summary>
    public void PutLiteral(ulong value)
    {
        int count = LiteralBits(value);
        Put((ulong)(count - 1), ChunkFormat.LengthBits);
        PutLong(value, count);
    }

    public static int LiteralBits(ulong value) => 64 - System.Numerics.BitOperations.LeadingZeroCount(value | 1);

    private static void PutTail(Span<byte> target, ulong word)
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = (byte)(word >> (56 - (8 * i)));
        }
    }
}
