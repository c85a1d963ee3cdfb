using Metrics.Core.Compression;

namespace Metrics.Benchmarks.Compression;

/// <summary>
/// ALP (Afroozeh et al., 2023) over blocks of up to 1,024 values: a decimal exponent and factor a block, integers packed above
/// their minimum, exceptions apart; ALP-RD for blocks that are not decimal. Packs with a scalar loop, where the paper has SIMD.
/// </summary>
internal sealed class AlpCodec : IValueCodec
{
    private const int BlockSize = 1024;
    private const int ExceptionBits = 16 + 64;

    private static readonly double[] Powers = [.. Enumerable.Range(0, 19).Select(e => double.Parse($"1e{e}"))];
    private static readonly double[] Fractions = [.. Enumerable.Range(0, 19).Select(e => double.Parse($"1e-{e}"))];

    private readonly long[] _mapped = new long[BlockSize];

    public string Name => "ALP";

    public int Encode(ReadOnlySpan<double> values, Span<byte> destination)
    {
        var writer = new BitWriter(destination, 0);
        while (!values.IsEmpty)
        {
            ReadOnlySpan<double> block = values[..Math.Min(BlockSize, values.Length)];
            EncodeBlock(ref writer, block);
            values = values[block.Length..];
        }

        return BitWriter.BytesFor(writer.Position);
    }

    public void Decode(ReadOnlySpan<byte> source, Span<double> values)
    {
        var reader = new BitReader(source);
        while (!values.IsEmpty)
        {
            Span<double> block = values[..Math.Min(BlockSize, values.Length)];
            if (reader.Take(1) == 1)
            {
                AlpRd.Decode(ref reader, block);
            }
            else
            {
                DecodeDecimal(ref reader, block);
            }

            values = values[block.Length..];
        }
    }

    private void EncodeBlock(ref BitWriter writer, ReadOnlySpan<double> block)
    {
        (int exponent, int factor) = Choose(block);
        int exceptions = 0;
        long min = long.MaxValue;
        long max = long.MinValue;
        for (int i = 0; i < block.Length; i++)
        {
            if (TryMap(block[i], exponent, factor, out _mapped[i]))
            {
                min = Math.Min(min, _mapped[i]);
                max = Math.Max(max, _mapped[i]);
            }
            else
            {
                exceptions++;
            }
        }

        int width = exceptions == block.Length ? 0 : 64 - (int)ulong.LeadingZeroCount((ulong)(max - min));
        if ((width * block.Length) + (exceptions * ExceptionBits) >= 60L * block.Length || exceptions > block.Length / 4)
        {
            writer.Put(1, 1);
            AlpRd.Encode(ref writer, block);
            return;
        }

        writer.Put(0, 1);
        writer.Put((ulong)((exponent << 5) | factor), 10);
        writer.Put((ulong)((width << 16) | exceptions), 23);
        writer.PutLong((ulong)min, 64);
        for (int i = 0; i < block.Length && width > 0; i++)
        {
            bool isException = !TryMap(block[i], exponent, factor, out _);
            writer.PutLong((ulong)(isException ? 0 : _mapped[i] - min), width);
        }

        for (int i = 0; i < block.Length && exceptions > 0; i++)
        {
            if (!TryMap(block[i], exponent, factor, out _))
            {
                writer.Put((ulong)i, 16);
                writer.PutLong(BitConverter.DoubleToUInt64Bits(block[i]), 64);
            }
        }
    }

    private static void DecodeDecimal(ref BitReader reader, Span<double> block)
    {
        int scale = (int)reader.Take(10);
        double power = Powers[scale & 31];
        double fraction = Fractions[scale >> 5];
        int counts = (int)reader.Take(23);
        int width = counts >> 16;
        long min = (long)reader.TakeLong(64);
        for (int i = 0; i < block.Length; i++)
        {
            long mapped = min + (width == 0 ? 0 : (long)reader.TakeLong(width));
            block[i] = mapped * power * fraction;
        }

        for (int left = counts & 0xFFFF; left > 0; left--)
        {
            int index = (int)reader.Take(16);
            block[index] = BitConverter.UInt64BitsToDouble(reader.TakeLong(64));
        }
    }

    /// <summary>The exponent and factor that pack 32 values of the block best.</summary>
    private static (int Exponent, int Factor) Choose(ReadOnlySpan<double> block)
    {
        (int Exponent, int Factor) best = default;
        long bestBits = long.MaxValue;
        int step = Math.Max(1, block.Length / 32);
        for (int exponent = 18; exponent >= 0; exponent--)
        {
            for (int factor = exponent; factor >= 0; factor--)
            {
                long min = long.MaxValue;
                long max = long.MinValue;
                long exceptions = 0;
                int fits = 0;
                for (int i = 0; i < block.Length; i += step)
                {
                    bool isFit = TryMap(block[i], exponent, factor, out long mapped);
                    min = isFit ? Math.Min(min, mapped) : min;
                    max = isFit ? Math.Max(max, mapped) : max;
                    fits += isFit ? 1 : 0;
                    exceptions += isFit ? 0 : 1;
                }

                long width = fits == 0 ? 0 : 64 - (int)ulong.LeadingZeroCount((ulong)(max - min));
                long bits = (width * (fits + exceptions)) + (exceptions * ExceptionBits);
                if (bits < bestBits)
                {
                    bestBits = bits;
                    best = (exponent, factor);
                }
            }
        }

        return best;
    }

    private static bool TryMap(double value, int exponent, int factor, out long mapped)
    {
        mapped = (long)Math.Round(value * Powers[exponent] * Fractions[factor]);
        return BitConverter.DoubleToInt64Bits(mapped * Powers[factor] * Fractions[exponent]) == BitConverter.DoubleToInt64Bits(value);
    }
}
