using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Metrics.Gateway.Ingestion.RemoteWrite;

/// <summary>Walks the fields of one protobuf message where it lies.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message, int position = 0)
{
    public const int Varint = 0;
    public const int Fixed64 = 1;
    public const int Bytes = 2;
    public const int Fixed32 = 5;

    private readonly ReadOnlySpan<byte> _message = message;

    public int Position { get; private set; } = position;

    public readonly bool AtEnd => Position == _message.Length;

    /// <summary>Reads a field's tag: number in the high bits, wire type in the low three.</summary>
    public bool TryReadTag(out uint tag)
    {
        tag = 0;
        if (!TryReadVarint(out var value) || value > uint.MaxValue || value < 8)
        {
            return false;
        }

        tag = (uint)value;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadVarint(out ulong value)
    {
        if (Position < _message.Length && _message[Position] < 0x80)
        {
            value = _message[Position++];
            return true;
        }

        return TryReadLongVarint(out value);
    }

    public bool TryReadFixed64(out ulong value)
    {
        if (!BinaryPrimitives.TryReadUInt64LittleEndian(_message[Position..], out value))
        {
            return false;
        }

        Position += 8;
        return true;
    }

    public bool TryReadBytes(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (!TryReadVarint(out var length) || length > (ulong)(_message.Length - Position))
        {
            return false;
        }

        bytes = _message.Slice(Position, (int)length);
        Position += (int)length;
        return true;
    }

    /// <summary>Passes over a field that nobody here reads.</summary>
    public bool TrySkip(uint tag)
    {
        switch (tag & 7)
        {
            case Varint:
                return TryReadVarint(out _);
            case Fixed64:
                return TryReadFixed64(out _);
            case Bytes:
                return TryReadBytes(out _);
            case Fixed32 when _message.Length - Position >= 4:
                Position += 4;
                return true;
            default:
                return false;
        }
    }

    private bool TryReadLongVarint(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 70 && Position < _message.Length; shift += 7)
        {
            var b = _message[Position++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
            {
                // The tenth byte has room for one bit.
                return shift < 63 || b <= 1;
            }
        }

        return false;
    }
}
