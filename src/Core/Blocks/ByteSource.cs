using System.Buffers.Binary;
using Metrics.Core.Compression;

namespace Metrics.Core.Blocks;

/// <summary>Reads what <see cref="ByteSink"/> wrote, trusting nothing.</summary>
/// <remarks>Every method throws <see cref="InvalidDataException"/>, with the position, where the bytes end or say something impossible.</remarks>
internal ref struct ByteSource(ReadOnlySpan<byte> bytes, int position = 0)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; } = position;

    public readonly int Remaining => _bytes.Length - Position;

    public ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)Remaining)
        {
            throw Damaged($"{count} bytes are to follow, and {Remaining} do");
        }

        Position += count;
        return _bytes.Slice(Position - count, count);
    }

    public byte Byte() => Take(1)[0];

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    public ulong Varint()
    {
        var bytes = _bytes[Position..];
        if (!bytes.IsEmpty && bytes[0] < 0x80)
        {
            Position++;
            return bytes[0];
        }

        ulong value = 0;
        for (var i = 0; i < bytes.Length && i < 10; i++)
        {
            value |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] < 0x80)
            {
                if (i == 9 && bytes[i] > 1)
                {
                    break;
                }

                Position += i + 1;
                return value;
            }
        }

        throw Damaged("a number does not end");
    }

    public long Signed() => ZigZag.Decode(Varint());

    /// <summary>A number from 0 to <paramref name="most"/>.</summary>
    public int Int32(long most, string what)
    {
        var value = Varint();
        return most >= 0 && value <= (ulong)most && value <= int.MaxValue ? (int)value : throw Damaged($"{what} is {value}, more than {Math.Min(most, int.MaxValue)}");
    }

    /// <summary>How many things of at least one byte each follow: no more than bytes do.</summary>
    public int Count(string what) => Int32(Remaining, what);

    public readonly void AtEnd()
    {
        if (Remaining != 0)
        {
            throw Damaged($"{Remaining} bytes are left over");
        }
    }

    public readonly InvalidDataException Damaged(string what) => new($"{what} (at byte {Position} of it)");
}
