using System.Numerics;
using Metrics.Core.Compression;

namespace Metrics.Benchmarks.Compression;

/// <summary>The values of Gorilla (Pelkonen et al., 2015): XOR with the value before, with a window of meaningful bits.</summary>
internal sealed class GorillaCodec : IValueCodec
{
    public string Name => "Gorilla";

    public int Encode(ReadOnlySpan<double> values, Span<byte> destination)
    {
        var writer = new BitWriter(destination, 0);
        ulong last = 0;
        int leading = 64;
        int trailing = 0;
        for (int i = 0; i < values.Length; i++)
        {
            ulong bits = BitConverter.DoubleToUInt64Bits(values[i]);
            ulong xor = bits ^ last;
            last = bits;
            if (i == 0)
            {
                writer.PutLong(bits, 64);
            }
            else if (xor == 0)
            {
                writer.Put(0, 1);
            }
            else if (BitOperations.LeadingZeroCount(xor) >= leading && BitOperations.TrailingZeroCount(xor) >= trailing)
            {
                writer.Put(0b10, 2);
                writer.PutLong(xor >> trailing, 64 - leading - trailing);
            }
            else
            {
                leading = Math.Min(BitOperations.LeadingZeroCount(xor), 31);
                trailing = BitOperations.TrailingZeroCount(xor);
                int meaningful = 64 - leading - trailing;
                writer.Put((0b11UL << 11) | ((ulong)leading << 6) | ((ulong)meaningful & 63), 13);
                writer.PutLong(xor >> trailing, meaningful);
            }
        }

        return BitWriter.BytesFor(writer.Position);
    }

    public void Decode(ReadOnlySpan<byte> source, Span<double> values)
    {
        var reader = new BitReader(source);
        ulong last = reader.TakeLong(64);
        values[0] = BitConverter.UInt64BitsToDouble(last);
        int meaningful = 0;
        int trailing = 0;
        for (int i = 1; i < values.Length; i++)
        {
            if (reader.Take(1) == 1)
            {
                if (reader.Take(1) == 1)
                {
                    int leading = (int)reader.Take(5);
                    meaningful = (int)reader.Take(6);
                    meaningful = meaningful == 0 ? 64 : meaningful;
                    trailing = 64 - leading - meaningful;
                }

                last ^= reader.TakeLong(meaningful) << trailing;
            }

            values[i] = BitConverter.UInt64BitsToDouble(last);
        }
    }
}
