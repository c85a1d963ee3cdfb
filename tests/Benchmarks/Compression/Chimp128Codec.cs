using System.Numerics;
using Metrics.Core.Compression;

namespace Metrics.Benchmarks.Compression;

/// <summary>Chimp128 (Liakos et al., 2022): XOR with the best of the last 128 values, found by their low bits.</summary>
internal sealed class Chimp128Codec : IValueCodec
{
    private const int Window = 128;
    private const int Threshold = 6 + 7;
    private const int KeyMask = (1 << (Threshold + 1)) - 1;
    private const int NoLeading = 65;

    private static readonly int[] RoundedLeading = [0, 8, 12, 16, 18, 20, 22, 24];

    private readonly ulong[] _window = new ulong[Window];
    private readonly int[] _indices = new int[KeyMask + 1];

    public string Name => "Chimp128";

    public int Encode(ReadOnlySpan<double> values, Span<byte> destination)
    {
        Array.Fill(_indices, -Window);
        var writer = new BitWriter(destination, 0);
        int storedLeading = NoLeading;
        for (int i = 0; i < values.Length; i++)
        {
            ulong bits = BitConverter.DoubleToUInt64Bits(values[i]);
            int key = (int)bits & KeyMask;
            if (i == 0)
            {
                writer.PutLong(bits, 64);
            }
            else
            {
                int candidate = _indices[key];
                ulong xor = bits ^ _window[candidate & (Window - 1)];
                int trailing = BitOperations.TrailingZeroCount(xor);
                bool isFound = i - candidate < Window && trailing > Threshold;
                if (!isFound)
                {
                    candidate = i - 1;
                    xor = bits ^ _window[candidate & (Window - 1)];
                }

                Put(ref writer, ref storedLeading, xor, candidate & (Window - 1), isFound, trailing);
            }

            _window[i & (Window - 1)] = bits;
            _indices[key] = i;
        }

        return BitWriter.BytesFor(writer.Position);
    }

    private static void Put(ref BitWriter writer, ref int storedLeading, ulong xor, int index, bool isFound, int trailing)
    {
        if (xor == 0)
        {
            writer.Put((ulong)index, 9);
            storedLeading = NoLeading;
            return;
        }

        int code = LeadingCode(BitOperations.LeadingZeroCount(xor));
        int leading = RoundedLeading[code];
        if (isFound)
        {
            int significant = 64 - leading - trailing;
            writer.Put((0b01UL << 16) | ((ulong)index << 9) | ((ulong)code << 6) | (uint)significant, 18);
            writer.PutLong(xor >> trailing, significant);
            storedLeading = NoLeading;
        }
        else if (leading == storedLeading)
        {
            writer.Put(0b10, 2);
            writer.PutLong(xor, 64 - leading);
        }
        else
        {
            writer.Put((0b11UL << 3) | (uint)code, 5);
            writer.PutLong(xor, 64 - leading);
            storedLeading = leading;
        }
    }

    public void Decode(ReadOnlySpan<byte> source, Span<double> values)
    {
        var reader = new BitReader(source);
        ulong bits = reader.TakeLong(64);
        int leading = NoLeading;
        for (int i = 0; ; i++)
        {
            _window[i & (Window - 1)] = bits;
            values[i] = BitConverter.UInt64BitsToDouble(bits);
            if (i + 1 == values.Length)
            {
                return;
            }

            switch (reader.Take(2))
            {
                case 0b00:
                    bits = _window[reader.Take(7)];
                    break;
                case 0b01:
                    bits = _window[reader.Take(7)];
                    int rounded = RoundedLeading[reader.Take(3)];
                    int significant = (int)reader.Take(6);
                    bits ^= reader.TakeLong(significant) << (64 - rounded - significant);
                    break;
                case 0b10:
                    bits ^= reader.TakeLong(64 - leading);
                    break;
                default:
                    leading = RoundedLeading[reader.Take(3)];
                    bits ^= reader.TakeLong(64 - leading);
                    break;
            }
        }
    }

    private static int LeadingCode(int leading) => leading switch
    {
        < 8 => 0,
        < 12 => 1,
        < 16 => 2,
        < 18 => 3,
        < 20 => 4,
        < 22 => 5,
        < 24 => 6,
        _ => 7,
    };
}
