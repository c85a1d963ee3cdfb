using System.Runtime.InteropServices;
using Metrics.Core.Compression;

namespace Metrics.Benchmarks.Compression;

/// <summary>The half of ALP for values that are not decimal: the high bits through a dictionary of 8, the low bits as they are.</summary>
internal static class AlpRd
{
    private const int DictionaryBits = 3;

    public static void Encode(ref BitWriter writer, ReadOnlySpan<double> block)
    {
        (int rightBits, ulong[] dictionary) = Choose(block);
        writer.Put((ulong)rightBits, 6);
        foreach (ulong left in dictionary)
        {
            writer.Put(left, 16);
        }

        int exceptions = 0;
        foreach (double value in block)
        {
            ulong bits = BitConverter.DoubleToUInt64Bits(value);
            int index = Array.IndexOf(dictionary, bits >> rightBits);
            exceptions += index < 0 ? 1 : 0;
            writer.Put((ulong)Math.Max(index, 0), DictionaryBits);
            writer.PutLong(bits & ((1UL << rightBits) - 1), rightBits);
        }

        writer.Put((ulong)exceptions, 16);
        for (int i = 0; i < block.Length && exceptions > 0; i++)
        {
            ulong left = BitConverter.DoubleToUInt64Bits(block[i]) >> rightBits;
            if (!dictionary.Contains(left))
            {
                writer.Put(((ulong)i << 16) | left, 32);
            }
        }
    }

    public static void Decode(ref BitReader reader, Span<double> block)
    {
        int rightBits = (int)reader.Take(6);
        Span<ulong> dictionary = stackalloc ulong[1 << DictionaryBits];
        for (int i = 0; i < dictionary.Length; i++)
        {
            dictionary[i] = reader.Take(16);
        }

        for (int i = 0; i < block.Length; i++)
        {
            ulong left = dictionary[(int)reader.Take(DictionaryBits)];
            block[i] = BitConverter.UInt64BitsToDouble((left << rightBits) | reader.TakeLong(rightBits));
        }

        ulong low = (1UL << rightBits) - 1;
        for (ulong left = reader.Take(16); left > 0; left--)
        {
            ulong exception = reader.Take(32);
            ref double value = ref block[(int)(exception >> 16)];
            value = BitConverter.UInt64BitsToDouble(((exception & 0xFFFF) << rightBits) | (BitConverter.DoubleToUInt64Bits(value) & low));
        }
    }

    private static (int RightBits, ulong[] Dictionary) Choose(ReadOnlySpan<double> block)
    {
        int bestRight = 48;
        ulong[] bestDictionary = new ulong[1 << DictionaryBits];
        long bestBits = long.MaxValue;
        var counts = new Dictionary<ulong, int>();
        for (int right = 48; right < 64; right++)
        {
            counts.Clear();
            foreach (double value in block)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counts, BitConverter.DoubleToUInt64Bits(value) >> right, out _)++;
            }

            KeyValuePair<ulong, int>[] top = [.. counts.OrderByDescending(c => c.Value).Take(1 << DictionaryBits)];
            long bits = ((long)block.Length * (DictionaryBits + right)) + (32L * (block.Length - top.Sum(c => c.Value)));
            if (bits < bestBits)
            {
                bestBits = bits;
                bestRight = right;
                bestDictionary = new ulong[1 << DictionaryBits];
                for (int i = 0; i < top.Length; i++)
                {
                    bestDictionary[i] = top[i].Key;
                }
            }
        }

        return (bestRight, bestDictionary);
    }
}
