using System.Diagnostics.CodeAnalysis;
using Metrics.Core.Compression;

namespace Metrics.Core.Rollups;

/// <summary>Reads what <see cref="FigureWriter"/> wrote, row by row.</summary>
internal ref struct FigureReader
{
    private readonly int _form;
    private readonly long _lengthMs;
    private readonly long _firstBucket;
    private BitReader _bits;
    private FigureModel _model;
    private long _bucket;

    public FigureReader(ReadOnlySpan<byte> source, int form, long firstBucket, long lengthMs)
    {
        _bits = new BitReader(source);
        (_form, _firstBucket, _lengthMs) = (form, firstBucket, lengthMs);
    }

    /// <summary>Reads the next row.</summary>
    /// <param name="figures">Receives it.</param>
    /// <param name="points">At least <see cref="RollupFormat.MaxPoints"/>; receives the values of a row that has them, as many as it counts.</param>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public void Read(out RowFigures figures, scoped Span<double> points)
    {
        figures = default;
        if (_bits.Take(1) == 0)
        {
            ReadShape();
        }
        else if (_model.HasRow)
        {
            _bucket++;
        }
        else
        {
            Throw("the first row is like none before");
        }

        figures.Kind = _model.Kind;
        figures.Row.StartMs = _bucket * _lengthMs;
        _model.LastOffsetMs += _model.LastMsCode.TakeSigned(ref _bits);
        if ((ulong)_model.LastOffsetMs >= (ulong)_lengthMs)
        {
            Throw("a last timestamp is outside its row");
        }

        figures.Row.LastMs = figures.Row.StartMs + _model.LastOffsetMs;
        switch (figures.Kind)
        {
            case RowKind.Points:
            case RowKind.RawPoints:
                ReadPoints(ref figures, points);
                break;
            case RowKind.Raw:
                ReadRaw(ref figures);
                break;
            default:
                ReadMapped(ref figures);
                break;
        }
    }

    private void ReadShape()
    {
        ulong step = 0;
        if (_model.HasRow)
        {
            step = _model.StepCode.Take(ref _bits);
            _bucket++;
        }
        else
        {
            _bucket = _firstBucket;
        }

        var last = RollupFormat.MaxBucket(_lengthMs);
        if (_bucket > last || _bucket < -last || step > (ulong)last - (ulong)_bucket)
        {
            Throw("a row starts beyond the end of time");
        }

        _bucket += (long)step;
        _model.Kind = (RowKind)_bits.Take(RollupFormat.KindBits);
        _model.HasRow = true;
        if (_model.Kind > RowKind.Distribution)
        {
            Throw("a row is of no known kind");
        }

        if (_model.Kind != RowKind.Raw)
        {
            _model.Count += _model.CountCode.TakeSigned(ref _bits);
            var most = _model.Kind <= RowKind.RawPoints ? RollupFormat.MaxPoints : RollupFormat.MaxWholeCount;
            if (!(_model.Count >= 1 && _model.Count <= most))
            {
                Throw("a count is out of range");
            }
        }
    }

    private void ReadPoints(ref RowFigures figures, scoped Span<double> points)
    {
        points = points[..(int)_model.Count];
        foreach (ref var point in points)
        {
            if (figures.Kind == RowKind.RawPoints)
            {
                point = TakeDouble();
            }
            else
            {
                var value = _model.Last + _model.PointCode.TakeSigned(ref _bits);
                _model.LearnLast(value);
                point = FigureModel.ToValue(_form, value);
            }

            if (double.IsNaN(point))
            {
                Throw("a value is no number");
            }
        }

        figures.Derive(points);
    }

    private void ReadMapped(ref RowFigures figures)
    {
        ref var row = ref figures.Row;
        var count = _model.Count;
        var min = _model.PredictMin() + _model.MinCode.TakeSigned(ref _bits);
        var span = (ulong)(_model.PredictSpan() + _model.SpanCode.TakeSigned(ref _bits));
        var max = min + (long)span;
        _model.LearnExtremes(min, span);
        row.Count = count;
        row.Min = FigureModel.ToValue(_form, min);
        row.Max = FigureModel.ToValue(_form, max);
        var last = figures.Kind == RowKind.Distribution ? min : max;
        row.Sum = count * row.Min;
        row.Last = double.NaN;
        if (span != 0)
        {
            if (figures.Kind == RowKind.Distribution)
            {
                row.Last = TakeDouble();
            }
            else if (figures.Kind != RowKind.Rising)
            {
                last = min + (long)TakeWithin(ref _model.LastCode, span);
            }

            if (_form == ValueForm.Float64)
            {
                row.Sum = TakeDouble();
            }
            else
            {
                var sum = _model.PredictSum(min, span, count) + _model.SumCode.TakeSigned(ref _bits);
                _model.LearnSum(min, span, count, sum);
                row.Sum = FigureModel.ToValue(_form, sum);
            }
        }

        _model.LearnLast(last);
        row.Last = figures.Kind == RowKind.Distribution ? row.Last : FigureModel.ToValue(_form, last);
        figures.IsDistribution = figures.Kind == RowKind.Distribution;
        (row.First, row.Increase) = figures.Kind switch
        {
            RowKind.Rising => (row.Min, row.Max - row.Min),
            RowKind.Counter => (TakeDouble(), TakeDouble()),
            _ => (double.NaN, double.NaN),
        };
        (figures.FiniteMin, figures.FiniteMax) = (row.Min, row.Max);
        if (!(row.Min <= row.Last && row.Last <= row.Max && double.IsFinite(row.Min) && double.IsFinite(row.Max)))
        {
            Throw("the figures of a row do not agree");
        }
    }

    private void ReadRaw(ref RowFigures figures)
    {
        ref var row = ref figures.Row;
        row.Count = TakeDouble();
        figures.Negative = (long)_bits.TakeLiteral();
        figures.Positive = (long)_bits.TakeLiteral();
        var finite = figures.FiniteCount;
        if (!(row.Count > 0 && row.Count < double.PositiveInfinity && finite >= 0)
            || (ulong)figures.Negative > RollupFormat.MaxWholeCount || (ulong)figures.Positive > RollupFormat.MaxWholeCount)
        {
            Throw("a count is out of range");
        }

        (figures.FiniteMin, figures.FiniteMax) = finite > 0 ? (TakeDouble(), TakeDouble()) : (double.PositiveInfinity, double.NegativeInfinity);
        if (finite > 0 && !(double.IsFinite(figures.FiniteMin) && double.IsFinite(figures.FiniteMax) && figures.FiniteMin <= figures.FiniteMax))
        {
            Throw("the figures of a row do not agree");
        }

        row.Min = figures.Negative > 0 ? double.NegativeInfinity : figures.FiniteMin;
        row.Max = figures.Positive > 0 ? double.PositiveInfinity : figures.FiniteMax;
        row.Sum = TakeDouble();
        row.Last = TakeDouble();
        var hasIncrease = _bits.Take(1) == 1;
        row.First = hasIncrease ? TakeDouble() : double.NaN;
        row.Increase = hasIncrease ? TakeDouble() : double.NaN;
    }

    private ulong TakeWithin(ref ResidualCode code, ulong limit)
    {
        var width = BitWriter.LiteralBits(limit);
        return code.K >= width - 1 ? _bits.TakeLong(width) : code.Take(ref _bits);
    }

    private double TakeDouble() => BitConverter.Int64BitsToDouble((long)_bits.TakeLong(64));

    [DoesNotReturn]
    private static void Throw(string problem) => throw new InvalidDataException($"Not a rollup chunk: {problem}.");
}
