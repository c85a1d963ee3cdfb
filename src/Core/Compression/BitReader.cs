using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Metrics.Core.Compression;

/// <summary>Reads bits, the most significant first, and never outside its buffer.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> buffer)
{
    /// <summary>Bits that <see cref="Peek"/> is sure to give.</summary>
    public const int MinPeek = 57;

    private readonly ReadOnlySpan<byte> _buffer = buffer;

    public int Position;

    public readonly long BitLength => 8L * _buffer.Length;

    /// <summary>The next 57 bits or more at the top of a word; zeros where the buffer has ended.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Peek(int position)
    {
        ReadOnlySpan<byte> rest = _buffer[(position >> 3)..];
        ulong word = rest.Length >= sizeof(ulong) ? BinaryPrimitives.ReadUInt64BigEndian(rest) : PeekTail(rest);
        return word << (position & 7);
    }

    /// <summary>Reads 1 to 57 bits.</summary>
    /// <exception cref="InvalidDataException">The buffer ends before them.</exception>
    public ulong Take(int count)
    {
        ulong bits = Peek(Position) >> (64 - count);
        Skip(count);
        return bits;
    }

    /// <summary>Reads 1 to 64 bits.</summary>
    /// <exception cref="InvalidDataException">The buffer ends before them.</exception>
    public ulong TakeLong(int count)
    {
        if (count <= 32)
        {
            return Take(count);
        }

        ulong high = Take(count - 32);
        return (high << 32) | Take(32);
    }

    /// <summary>Reads what <see cref="BitWriter.PutLiteral"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The buffer ends before it does.</exception>
    public ulong TakeLiteral() => TakeLong((int)Take(ChunkFormat.LengthBits) + 1);

    /// <exception cref="InvalidDataException">The buffer ends before that.</exception>
    public void Skip(int count)
    {
        if (Position + (long)count > BitLength)
        {
            ThrowTruncated();
        }

        Position += count;
    }

    [DoesNotReturn]
    public static void ThrowTruncated() => throw new InvalidDataException("The chunk ends in the middle of a sample.");

    private static ulong PeekTail(ReadOnlySpan<byte> rest)
    {
        ulong word = 0;
        for (int i = 0; i < rest.Length; i++)
        {
            word |= (ulong)rest[i] << (56 - (8 * i));
        }

        return word;
    }
}
