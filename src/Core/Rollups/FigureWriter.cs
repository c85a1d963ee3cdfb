using Metrics.Core.Compression;

namespace Metrics.Core.Rollups;

/// <summary>Writes the figures of one row after another.</summary>
internal static class FigureWriter
{
    /// <summary>Bytes that no row exceeds.</summary>
    public const int MaxRowBytes = 64 + (RollupFormat.MaxPoints * 11);

    /// <summary>The kind that holds a row in a chunk of this form.</summary>
    /// <param name="form">Of the chunk.</param>
    /// <param name="figures">The row.</param>
    /// <param name="points">Its values in order of time, when they are few and still known; else empty.</param>
    /// <param name="mapped">Receives the row's whole numbers.</param>
    public static RowKind Choose(int form, in RowFigures figures, ReadOnlySpan<double> points, ref MappedRow mapped)
    {
        if (!points.IsEmpty)
        {
            foreach (var point in points)
            {
                if (!double.IsFinite(point) || !FigureModel.TryMap(form, point, out _))
                {
                    return RowKind.RawPoints;
                }
            }

            return RowKind.Points;
        }

        ref readonly var row = ref figures.Row;
        if ((figures.Negative | figures.Positive) != 0 || row.Count != Math.Floor(row.Count) || row.Count > RollupFormat.MaxWholeCount
            || !FigureModel.TryMap(form, row.Min, out mapped.Min) || !FigureModel.TryMap(form, row.Max, out var max)
            || !(FigureModel.TryMap(form, row.Last, out mapped.Last) || figures.IsDistribution)
            || !(row.Min <= row.Last && row.Last <= row.Max)
            || !RollupFormat.TryMapSum(form, figures, out mapped.Sum))
        {
            return RowKind.Raw;
        }

        mapped.Span = (ulong)(max - mapped.Min);
        if (double.IsNaN(row.Increase))
        {
            return figures.IsDistribution && mapped.Span != 0 ? RowKind.Distribution : RowKind.Gauge;
        }

        return row.First == row.Min && row.Last == row.Max && IsRise(row) ? RowKind.Rising : RowKind.Counter;
    }

    public static void Write(
        ref BitWriter bits, ref FigureModel model, int form, long step, in RowFigures figures, ReadOnlySpan<double> points, in MappedRow mapped)
    {
        ref readonly var row = ref figures.Row;
        var count = figures.Kind == RowKind.Raw ? 0 : (long)row.Count;
        var regular = model.HasRow && step == 1 && figures.Kind == model.Kind && count == model.Count;
        bits.Put(regular ? 1u : 0u, 1);
        if (!regular)
        {
            if (model.HasRow)
            {
                model.StepCode.Put(ref bits, (ulong)(step - 1));
            }

            bits.Put((ulong)figures.Kind, RollupFormat.KindBits);
            if (figures.Kind != RowKind.Raw)
            {
                model.CountCode.PutSigned(ref bits, count - model.Count);
                model.Count = count;
            }
        }

        (model.Kind, model.HasRow) = (figures.Kind, true);
        var lastOffset = row.LastMs - row.StartMs;
        model.LastMsCode.PutSigned(ref bits, lastOffset - model.LastOffsetMs);
        model.LastOffsetMs = lastOffset;
        switch (figures.Kind)
        {
            case RowKind.Points:
                WritePoints(ref bits, ref model, form, points);
                break;
            case RowKind.RawPoints:
                foreach (var point in points)
                {
                    PutDouble(ref bits, point);
                }

                break;
            case RowKind.Raw:
                WriteRaw(ref bits, figures);
                break;
            default:
                WriteMapped(ref bits, ref model, form, figures, mapped);
                break;
        }
    }

    private static bool IsRise(in RollupRow row)
    {
        var rise = row.Max - row.Min;
        return Math.Abs(row.Increase - rise) <= RollupFormat.SumTolerance * Math.Max(Math.Abs(row.Max), Math.Abs(row.Min));
    }

    private static void WritePoints(ref BitWriter bits, ref FigureModel model, int form, ReadOnlySpan<double> points)
    {
        foreach (var point in points)
        {
            _ = FigureModel.TryMap(form, point, out var value);
            model.PointCode.PutSigned(ref bits, value - model.Last);
            model.LearnLast(value);
        }
    }

    private static void WriteMapped(ref BitWriter bits, ref FigureModel model, int form, in RowFigures figures, in MappedRow mapped)
    {
        model.MinCode.PutSigned(ref bits, mapped.Min - model.PredictMin());
        model.SpanCode.PutSigned(ref bits, (long)mapped.Span - model.PredictSpan());
        model.LearnExtremes(mapped.Min, mapped.Span);
        if (mapped.Span != 0)
        {
            if (figures.Kind == RowKind.Distribution)
            {
                PutDouble(ref bits, figures.Row.Last);
            }
            else if (figures.Kind != RowKind.Rising)
            {
                PutWithin(ref bits, ref model.LastCode, (ulong)(mapped.Last - mapped.Min), mapped.Span);
            }

            if (form == ValueForm.Float64)
            {
                PutDouble(ref bits, figures.Row.Sum);
            }
            else
            {
                model.SumCode.PutSigned(ref bits, mapped.Sum - model.PredictSum(mapped.Min, mapped.Span, (long)figures.Row.Count));
                model.LearnSum(mapped.Min, mapped.Span, (long)figures.Row.Count, mapped.Sum);
            }
        }

        if (figures.Kind == RowKind.Counter)
        {
            PutDouble(ref bits, figures.Row.First);
            PutDouble(ref bits, figures.Row.Increase);
        }

        model.LearnLast(figures.Kind == RowKind.Distribution ? mapped.Min : mapped.Last);
    }

    /// <summary>A number that is not above a limit: in the bits of the limit where the learnt code would not be shorter.</summary>
    private static void PutWithin(ref BitWriter bits, ref ResidualCode code, ulong value, ulong limit)
    {
        var width = BitWriter.LiteralBits(limit);
        if (code.K >= width - 1)
        {
            bits.PutLong(value, width);
            return;
        }

        code.Put(ref bits, value);
    }

    private static void WriteRaw(ref BitWriter bits, in RowFigures figures)
    {
        ref readonly var row = ref figures.Row;
        PutDouble(ref bits, row.Count);
        bits.PutLiteral((ulong)figures.Negative);
        bits.PutLiteral((ulong)figures.Positive);
        if (figures.FiniteCount > 0)
        {
            PutDouble(ref bits, figures.FiniteMin);
            PutDouble(ref bits, figures.FiniteMax);
        }

        PutDouble(ref bits, row.Sum);
        PutDouble(ref bits, row.Last);
        var hasIncrease = !double.IsNaN(row.First);
        bits.Put(hasIncrease ? 1u : 0u, 1);
        if (hasIncrease)
        {
            PutDouble(ref bits, row.First);
            PutDouble(ref bits, row.Increase);
        }
    }

    private static void PutDouble(ref BitWriter bits, double value) => bits.PutLong((ulong)BitConverter.DoubleToInt64Bits(value), 64);
}
