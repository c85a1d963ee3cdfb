namespace Metrics.Core.Compression;

/// <summary>Writes any sample, piece by piece; what it writes for a plain one equals what the appender's fast path writes.</summary>
internal static class SampleEncoder
{
    /// <summary>Writes the head of a chunk: version, form, and the first sample in full.</summary>
    public static ChunkState First(ref BitWriter writer, long timestampMs, double value)
    {
        int form = ValueForm.Smallest(value);
        writer.Put(ChunkFormat.Version, ChunkFormat.VersionBits);
        writer.PutLiteral(ZigZag.Encode(timestampMs));
        long mapped = PutForm(ref writer, form, value);
        return ChunkState.Start(timestampMs, form, mapped, value);
    }

    /// <summary>Writes a later sample and takes the state past it.</summary>
    public static void Next(ref BitWriter writer, ref ChunkState state, int count, long timestampMs, double value)
    {
        int? form = FormCheck.Choose(state, count, value);
        if (state.TimestampRice.IsLowest && state.ValueRice.IsLowest)
        {
            bool timestampHit = timestampMs == state.Timestamps.Next;
            bool valueHit = form == state.Form && ValueForm.TryMap(state.Form, value, out long mapped) && mapped == state.Values.Next;
            writer.Put(timestampHit && valueHit ? 0UL : 1UL, 1);
            if (timestampHit && valueHit)
            {
                state.AdvanceTimestamp(timestampMs, 0, isZero: true);
                state.AdvanceValue(state.Values.Next, value, count, 0, isZero: true);
                return;
            }
        }

        PutTimestamp(ref writer, ref state, timestampMs);
        if (form is not { } chosen)
        {
            writer.Put(ValueEscape.Alone, ValueEscape.Bits);
            writer.PutLong(BitConverter.DoubleToUInt64Bits(value), 64);
            state.ExceptValue(value);
        }
        else if (chosen != state.Form)
        {
            writer.Put(ValueEscape.ChangeForm, ValueEscape.Bits);
            long mapped = PutForm(ref writer, chosen, value);
            state.ChangeForm(chosen, mapped, value);
        }
        else
        {
            PutValue(ref writer, ref state, count, value);
        }
    }

    private static void PutTimestamp(ref BitWriter writer, ref ChunkState state, long timestampMs)
    {
        ulong residual = ZigZag.Encode(timestampMs - state.Timestamps.Next);
        int k = state.TimestampRice.K;
        if (residual >> k < ChunkFormat.EscapeQuotient)
        {
            PutRice(ref writer, residual, k);
            state.AdvanceTimestamp(timestampMs, (int)(residual >> k), residual == 0);
        }
        else
        {
            writer.Put(0, ChunkFormat.EscapeQuotient);
            writer.PutLiteral(residual);
            state.JumpTimestamp(timestampMs, BitWriter.LiteralBits(residual));
        }
    }

    private static void PutValue(ref BitWriter writer, ref ChunkState state, int count, double value)
    {
        ValueForm.TryMap(state.Form, value, out long mapped);
        ulong residual = ZigZag.Encode(mapped - state.Values.Next);
        int k = state.ValueRice.K;
        if (residual >> k < ChunkFormat.EscapeQuotient)
        {
            PutRice(ref writer, residual, k);
            state.AdvanceValue(mapped, value, count, (int)(residual >> k), residual == 0);
        }
        else
        {
            writer.Put(ValueEscape.Literal, ValueEscape.LiteralBits);
            writer.PutLiteral(residual);
            state.JumpValue(mapped, value, BitWriter.LiteralBits(residual));
        }
    }

    private static long PutForm(ref BitWriter writer, int form, double value)
    {
        ValueForm.TryMap(form, value, out long mapped);
        writer.Put((ulong)form, ChunkFormat.FormBits);
        writer.PutLiteral(ZigZag.Encode(mapped));
        return mapped;
    }

    private static void PutRice(ref BitWriter writer, ulong residual, int k)
    {
        int quotient = (int)(residual >> k);
        if (quotient > 0)
        {
            writer.Put(0, quotient);
        }

        writer.PutLong((1UL << k) | (residual & ((1UL << k) - 1)), k + 1);
    }
}
