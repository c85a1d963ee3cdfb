using System.Numerics;

namespace Metrics.Core.Compression;

/// <summary>Reads any sample, piece by piece, and takes the state past it. The counterpart of <see cref="SampleEncoder"/>.</summary>
internal static class SampleDecoder
{
    /// <summary>Reads the head of a chunk with the first sample.</summary>
    /// <exception cref="InvalidDataException">Another version, an unknown form, or the end of the bytes.</exception>
    public static ChunkState First(ref BitReader reader)
    {
        int version = (int)reader.Take(ChunkFormat.VersionBits);
        if (version != ChunkFormat.Version)
        {
            throw new InvalidDataException($"The chunk has format version {version}; this reader knows {ChunkFormat.Version}.");
        }

        long timestamp = ZigZag.Decode(reader.TakeLiteral());
        (int form, long mapped, double value) = TakeForm(ref reader);
        return ChunkState.Start(timestamp, form, mapped, value);
    }

    /// <summary>Reads a later sample.</summary>
    /// <exception cref="InvalidDataException">An unknown form, or the end of the bytes.</exception>
    public static void Next(ref BitReader reader, ref ChunkState state, int count)
    {
        bool mayBothBeZero = state.TimestampRice.IsLowest && state.ValueRice.IsLowest;
        if (mayBothBeZero && reader.Take(1) == 0)
        {
            state.AdvanceTimestamp(state.Timestamps.Next, 0, isZero: true);
            AdvanceValue(ref state, count, 0, 0);
            return;
        }

        TakeTimestamp(ref reader, ref state);
        TakeValue(ref reader, ref state, count);
    }

    private static void TakeTimestamp(ref BitReader reader, ref ChunkState state)
    {
        int quotient = BitOperations.LeadingZeroCount(reader.Peek(reader.Position));
        long next = state.Timestamps.Next;
        if (quotient < ChunkFormat.EscapeQuotient)
        {
            ulong residual = TakeRice(ref reader, quotient, state.TimestampRice.K);
            state.AdvanceTimestamp(next + ZigZag.Decode(residual), quotient, residual == 0);
        }
        else
        {
            reader.Skip(ChunkFormat.EscapeQuotient);
            ulong residual = reader.TakeLiteral();
            state.JumpTimestamp(next + ZigZag.Decode(residual), BitWriter.LiteralBits(residual));
        }
    }

    private static void TakeValue(ref BitReader reader, ref ChunkState state, int count)
    {
        int quotient = BitOperations.LeadingZeroCount(reader.Peek(reader.Position));
        if (quotient < ChunkFormat.EscapeQuotient)
        {
            AdvanceValue(ref state, count, quotient, TakeRice(ref reader, quotient, state.ValueRice.K));
            return;
        }

        reader.Skip(ChunkFormat.EscapeQuotient);
        if (reader.Take(1) == 1)
        {
            ulong residual = reader.TakeLiteral();
            long mapped = state.Values.Next + ZigZag.Decode(residual);
            state.JumpValue(mapped, ToValue(state.Form, mapped), BitWriter.LiteralBits(residual));
        }
        else if (reader.Take(1) == 0)
        {
            state.ExceptValue(BitConverter.UInt64BitsToDouble(reader.TakeLong(64)));
        }
        else
        {
            (int form, long mapped, double value) = TakeForm(ref reader);
            state.ChangeForm(form, mapped, value);
        }
    }

    private static void AdvanceValue(ref ChunkState state, int count, int quotient, ulong residual)
    {
        long mapped = state.Values.Next + ZigZag.Decode(residual);
        state.AdvanceValue(mapped, ToValue(state.Form, mapped), count, quotient, residual == 0);
    }

    private static (int Form, long Mapped, double Value) TakeForm(ref BitReader reader)
    {
        int form = (int)reader.Take(ChunkFormat.FormBits);
        if (!ValueForm.IsKnown(form))
        {
            throw new InvalidDataException($"The chunk has a value of the unknown form {form}.");
        }

        long mapped = ZigZag.Decode(reader.TakeLiteral());
        return (form, mapped, ToValue(form, mapped));
    }

    private static ulong TakeRice(ref BitReader reader, int quotient, int k)
    {
        reader.Skip(quotient + 1);
        ulong low = k == 0 ? 0 : reader.TakeLong(k);
        return ((ulong)quotient << k) + low;
    }

    private static double ToValue(int form, long mapped) => ValueForm.ToValue(form, ValueForm.ScaleOf(form), mapped);
}
