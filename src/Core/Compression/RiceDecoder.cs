using System.Numerics;

namespace Metrics.Core.Compression;

/// <summary>The hot loop of reading: pairs of Rice codes, which depend on nothing but the two parameters.</summary>
internal static class RiceDecoder
{
    /// <summary>Reads the residuals of samples until one is not plain (an escape, a very long code, or cut off).</summary>
    /// <returns>The samples read; the reader is left in front of the next.</returns>
    public static int ReadPairs(
        ref BitReader reader,
        ref RiceParameter timestampRice,
        ref RiceParameter valueRice,
        scoped Span<long> timestampResiduals,
        scoped Span<long> valueResiduals)
    {
        BitReader bits = reader;
        int timestampLevel = timestampRice.Level;
        int valueLevel = valueRice.Level;
        int end = bits.BitLength;
        int length = Math.Min(timestampResiduals.Length, valueResiduals.Length);
        int position = bits.Position;
        int i = 0;
        while (i < length)
        {
            int next = position;
            ulong word = bits.Peek(next);
            if ((timestampLevel | valueLevel) == 0)
            {
                if ((long)word >= 0)
                {
                    int run = Math.Min(BitOperations.LeadingZeroCount(word), BitReader.MinPeek);
                    run = Math.Min(run, Math.Min(length - i, end - next));
                    if (run == 0)
                    {
                        break;
                    }

                    timestampResiduals.Slice(i, run).Clear();
                    valueResiduals.Slice(i, run).Clear();
                    position += run;
                    i += run;
                    continue;
                }

                word <<= 1;
                next++;
            }

            int quotient = BitOperations.LeadingZeroCount(word);
            int k = RiceParameter.ToK(timestampLevel);
            int codeBits = quotient + 1 + k;
            if (quotient >= ChunkFormat.EscapeQuotient || codeBits >= BitReader.MinPeek)
            {
                break;
            }

            ulong residual = Residual(word, quotient, k);
            int nextTimestampLevel = RiceParameter.NextLevel(timestampLevel, quotient, residual);
            timestampResiduals[i] = ZigZag.Decode(residual);

            next += codeBits;
            if (codeBits < BitReader.MinPeek - ChunkFormat.EscapeQuotient)
            {
                word <<= codeBits;
            }
            else if (next <= end)
            {
                word = bits.Peek(next);
                codeBits = 0;
            }
            else
            {
                break;
            }

            quotient = BitOperations.LeadingZeroCount(word);
            k = RiceParameter.ToK(valueLevel);
            int valueBits = quotient + 1 + k;
            if (quotient >= ChunkFormat.EscapeQuotient || valueBits > BitReader.MinPeek || next + valueBits > end)
            {
                break;
            }

            if (codeBits + valueBits >= BitReader.MinPeek)
            {
                // The first peek showed the quotient but not all of the low bits.
                word = bits.Peek(next);
            }

            next += valueBits;
            residual = Residual(word, quotient, k);
            valueLevel = RiceParameter.NextLevel(valueLevel, quotient, residual);
            valueResiduals[i] = ZigZag.Decode(residual);
            timestampLevel = nextTimestampLevel;
            position = next;
            i++;
        }

        if (i > 0)
        {
            timestampRice = RiceParameter.FromLevel(timestampLevel);
            valueRice = RiceParameter.FromLevel(valueLevel);
            reader.Position = position;
        }

        return i;
    }

    /// <summary>The residual whose code starts a word: quotient zeros, a one, k low bits.</summary>
    private static ulong Residual(ulong word, int quotient, int k) =>
        ((ulong)(quotient - 1) << k) + ((word << quotient) >> (63 - k));
}
