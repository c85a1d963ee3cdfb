using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Metrics.Core.Sketches;

namespace Metrics.Core.Query.Evaluation;

/// <summary>Writes partial aggregates as one little-endian blob, for the silo that merges them.</summary>
internal sealed class PartialWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    public void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
    }

    public void WriteInt64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
    }

    public void WriteDouble(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
    }

    public void WriteString(string value)
    {
        WriteInt32(Encoding.UTF8.GetByteCount(value));
        _buffer.Advance(Encoding.UTF8.GetBytes(value, _buffer.GetSpan(Encoding.UTF8.GetMaxByteCount(value.Length))));
    }

    public void WriteStats(in BucketStats stats) =>
        _buffer.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<BucketStats>(in stats)));

    public void WriteDoubles(ReadOnlySpan<double> values)
    {
        WriteInt32(values.Length);
        _buffer.Write(MemoryMarshal.AsBytes(values));
    }

    public void WriteDigest(TDigest? digest)
    {
        var digestBytes = new ArrayBufferWriter<byte>(256);
        digest?.Write(digestBytes);
        WriteInt32(digestBytes.WrittenCount);
        _buffer.Write(digestBytes.WrittenSpan);
    }
}

/// <summary>Reads what <see cref="PartialWriter"/> wrote.</summary>
internal ref struct PartialReader(ReadOnlySpan<byte> source)
{
    private ReadOnlySpan<byte> _rest = source;

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    public string ReadString() => Encoding.UTF8.GetString(Take(ReadInt32()));

    public BucketStats ReadStats() => MemoryMarshal.Read<BucketStats>(Take(Marshal.SizeOf<BucketStats>()));

    public ReadOnlySpan<double> ReadDoubles() => MemoryMarshal.Cast<byte, double>(Take(ReadInt32() * sizeof(double)));

    public TDigest? ReadDigest()
    {
        var length = ReadInt32();
        if (length == 0)
        {
            return null;
        }

        return TDigest.TryRead(Take(length), out var digest)
            ? digest
            : throw new InvalidDataException("a partial aggregate holds a digest that cannot be read");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
