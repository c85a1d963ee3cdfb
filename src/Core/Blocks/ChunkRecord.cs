using Metrics.Core.Compression;

namespace Metrics.Core.Blocks;

/// <summary>
/// A chunk in the directory. Times and counts are differences to the chunk before it in its series (to the first of the page, for
/// a series' first), values whole multiples of a power of ten where they are.
/// </summary>
internal static class ChunkRecord
{
    private const int CountSame = 0;
    private const int CountWhole = 1;
    private const int CountFraction = 2;
    private const int NoValues = 3;
    private const int LastMsStored = 1 << 4;
    private const int MaxIsMin = 1 << 5;
    private const int LastIsMin = 1;
    private const int LastIsMax = 2;

    private const int SumRaw = 0;
    private const int SumDecimal = 1;
    private const int SumNear = 2;
    private const long NearUlps = 1 << 20;

    // Whole numbers that float64 has all of.
    private const double MaxWhole = 1L << 53;

    public static void Write(ByteSink sink, in ChunkMeta chunk, in ChunkMeta previous, bool sameSeries)
    {
        var values = chunk.Aggregates;
        var countMode = values.Count == 0 ? NoValues
            : values.Count == chunk.Count ? CountSame
            : values.Count is > 0 and < MaxWhole && values.Count == Math.Floor(values.Count) ? CountWhole
            : CountFraction;
        var lastMode = Same(values.Last, values.Min) ? LastIsMin : Same(values.Last, values.Max) ? LastIsMax : 0;
        var flags = (int)chunk.Kind | (countMode << 2);
        if (countMode != NoValues)
        {
            flags |= (values.LastMs == chunk.MaxMs ? 0 : LastMsStored) | (Same(values.Max, values.Min) ? MaxIsMin : 0) | (lastMode << 6);
        }

        sink.Byte((byte)flags);
        sink.Signed(chunk.MinMs - (sameSeries ? previous.MaxMs : previous.MinMs));
        sink.Signed(chunk.MaxMs - chunk.MinMs - (previous.MaxMs - previous.MinMs));
        sink.Signed((long)chunk.Count - previous.Count);
        sink.Varint(chunk.Length);
        sink.UInt32(chunk.Crc);
        if (countMode == NoValues)
        {
            return;
        }

        var count = countMode == CountSame ? chunk.Count : countMode == CountWhole ? (long)values.Count : 0;
        if (countMode == CountWhole)
        {
            sink.Varint((ulong)count);
        }
        else if (countMode == CountFraction)
        {
            sink.Double(values.Count);
        }

        if (values.LastMs != chunk.MaxMs)
        {
            sink.Signed(chunk.MaxMs - values.LastMs);
        }

        WriteValues(sink, values, lastMode, count);
    }

    /// <exception cref="InvalidDataException">No chunk was written like that.</exception>
    public static ChunkMeta Read(ref ByteSource source, in ChunkMeta previous, bool sameSeries, long offset, long dataLeft)
    {
        int flags = source.Byte();
        var kind = (ChunkKind)(flags & 3);
        if (kind > ChunkKind.Rollup)
        {
            throw source.Damaged($"a chunk is of kind {(int)kind}");
        }

        var minMs = (sameSeries ? previous.MaxMs : previous.MinMs) + source.Signed();
        var maxMs = minMs + source.Signed() + (previous.MaxMs - previous.MinMs);
        var samples = previous.Count + source.Signed();
        var length = source.Int32(dataLeft, "the length of a chunk");
        var crc = source.UInt32();
        if (minMs > maxMs || samples is < 0 or > int.MaxValue)
        {
            throw source.Damaged($"a chunk goes from {minMs} to {maxMs} with {samples} samples");
        }

        var values = default(ChunkAggregates);
        var countMode = (flags >> 2) & 3;
        if (countMode != NoValues)
        {
            var whole = countMode == CountSame ? samples : countMode == CountWhole ? (long)source.Varint() : 0;
            var count = countMode == CountFraction ? source.Double() : whole;
            var lastMs = (flags & LastMsStored) == 0 ? maxMs : maxMs - source.Signed();
            values = ReadValues(ref source, flags, whole) with { Count = count, LastMs = lastMs };
        }
        else if (flags >> 4 != 0)
        {
            throw source.Damaged("a chunk without values has marks of some");
        }

        return new(kind, minMs, maxMs, (int)samples, values, offset, length, crc);
    }

    private static void WriteValues(ByteSink sink, in ChunkAggregates values, int lastMode, long count)
    {
        var form = FormOf(values);
        if (form == ValueForm.Float64)
        {
            sink.Byte((byte)(form | (SumRaw << 4)));
            sink.Double(values.Min);
            if (!Same(values.Max, values.Min))
            {
                sink.Double(values.Max);
            }

            if (lastMode == 0)
            {
                sink.Double(values.Last);
            }

            sink.Double(values.Sum);
            return;
        }

        ValueForm.TryMap(form, values.Min, out var min);
        ValueForm.TryMap(form, values.Max, out var max);
        ValueForm.TryMap(form, values.Last, out var last);
        var sumMode = TryMapSum(form, values.Sum, out var sum, out var ulps) ? ulps == 0 ? SumDecimal : SumNear : SumRaw;
        sink.Byte((byte)(form | (sumMode << 4)));
        sink.Signed(min);
        if (!Same(values.Max, values.Min))
        {
            sink.Signed(max - min);
        }

        if (lastMode == 0)
        {
            sink.Signed(last - min);
        }

        if (sumMode == SumRaw)
        {
            sink.Double(values.Sum);
            return;
        }

        sink.Signed(sum - (count * min));
        if (sumMode == SumNear)
        {
            sink.Signed(ulps);
        }
    }

    private static ChunkAggregates ReadValues(ref ByteSource source, int flags, long count)
    {
        var modes = source.Byte();
        var (form, sumMode) = (modes & 15, modes >> 4);
        var lastMode = flags >> 6;
        var isRaw = form == ValueForm.Float64;
        if (!(isRaw || ValueForm.IsDecimal(form)) || sumMode > SumNear || (isRaw && sumMode != SumRaw) || lastMode > LastIsMax)
        {
            throw source.Damaged($"the values of a chunk are written in an unknown way ({modes:X2}, {lastMode})");
        }

        double min, max, last, sum;
        if (isRaw)
        {
            min = source.Double();
            max = (flags & MaxIsMin) != 0 ? min : source.Double();
            last = lastMode == LastIsMin ? min : lastMode == LastIsMax ? max : source.Double();
            sum = source.Double();
            return new(0, sum, min, max, last, 0);
        }

        var mapped = source.Signed();
        min = ValueForm.ToValue(form, mapped);
        max = (flags & MaxIsMin) != 0 ? min : ValueForm.ToValue(form, mapped + source.Signed());
        last = lastMode == LastIsMin ? min : lastMode == LastIsMax ? max : ValueForm.ToValue(form, mapped + source.Signed());
        sum = sumMode == SumRaw ? source.Double() : ValueForm.ToValue(form, source.Signed() + (count * mapped));
        if (sumMode == SumNear)
        {
            sum = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(sum) + source.Signed());
        }

        return new(0, sum, min, max, last, 0);
    }

    /// <summary>The first decimal form that holds all three, or the one of 64 bits.</summary>
    private static int FormOf(in ChunkAggregates values)
    {
        for (var form = 0; form <= ValueForm.MaxScale; form++)
        {
            if (ValueForm.TryMap(form, values.Min, out _) && ValueForm.TryMap(form, values.Max, out _) && ValueForm.TryMap(form, values.Last, out _))
            {
                return form;
            }
        }

        return ValueForm.Float64;
    }

    /// <summary>A sum of decimals is a decimal but for rounding: the nearest one, and how many float64s it is away.</summary>
    private static bool TryMapSum(int form, double sum, out long mapped, out long ulps)
    {
        ValueForm.TryMap(form, sum, out mapped);
        ulps = BitConverter.DoubleToInt64Bits(sum) - BitConverter.DoubleToInt64Bits(ValueForm.ToValue(form, mapped));
        return ulps is > -NearUlps and < NearUlps;
    }

    private static bool Same(double left, double right) => ValueForm.SameBits(left, right);
}
