using Metrics.Core.Compression;
using Metrics.Core.Sketches;

namespace Metrics.Core.Rollups;

/// <summary>
/// Decodes a rollup chunk: figures without touching the distributions, and the distributions of single rows.
/// </summary>
public ref struct RollupReader
{
    /// <summary>Most values that <see cref="ReadWeights"/> gives.</summary>
    public const int MaxWeights = Expansion.MaxValues;

    private readonly ReadOnlySpan<byte> _figureBytes;
    private readonly ReadOnlySpan<byte> _groupBytes;
    private readonly int _form;
    private readonly long _firstBucket;
    private readonly long _lengthMs;
    private GroupModel? _model;
    private FigureReader _figures;
    private GroupReader _groups;
    private ValueGrid _grid;
    private RankScheme? _scheme;
    private int _next;

    /// <param name="chunk">Its bytes.</param>
    /// <param name="rows">The rows in it, which the chunk does not say.</param>
    /// <param name="lengthMs">Length of a row.</param>
    /// <exception cref="InvalidDataException">The bytes are not a rollup chunk of so many rows.</exception>
    public RollupReader(ReadOnlySpan<byte> chunk, int rows, long lengthMs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lengthMs);
        if (chunk.IsEmpty || chunk[0] >> RollupFormat.FormBits != RollupFormat.Version)
        {
            throw new InvalidDataException("Not a rollup chunk: its version is not known.");
        }

        _form = chunk[0] & ((1 << RollupFormat.FormBits) - 1);
        if (!ValueForm.IsDecimal(_form) && _form != ValueForm.Float64)
        {
            throw new InvalidDataException("Not a rollup chunk: its value form is not known.");
        }

        var rest = chunk[1..];
        _firstBucket = ZigZag.Decode(TakeVarint(ref rest));
        var length = TakeVarint(ref rest);
        if (length > (ulong)rest.Length || length > BitReader.MaxLength || (ulong)rows > 8 * length)
        {
            throw new InvalidDataException("Not a rollup chunk: it is too short for its rows.");
        }

        _figureBytes = rest[..(int)length];
        _groupBytes = rest[(int)length..];
        _lengthMs = lengthMs;
        Count = rows;
    }

    /// <summary>Rows.</summary>
    public readonly int Count { get; }

    /// <summary>Decodes every row's figures.</summary>
    /// <param name="rows">At least <see cref="Count"/> long.</param>
    /// <exception cref="InvalidDataException">The bytes are not a rollup chunk.</exception>
    public readonly void ReadRows(Span<RollupRow> rows)
    {
        Span<double> points = stackalloc double[RollupFormat.MaxPoints];
        var reader = NewFigures();
        foreach (ref var row in rows[..Count])
        {
            reader.Read(out var figures, points);
            row = figures.Row;
        }
    }

    /// <summary>Adds a row's finite values: as points where the row still has them (or values that stand for few), else as weighted ones.</summary>
    /// <param name="index">The row; ascending calls are cheap.</param>
    /// <param name="digest">Takes them.</param>
    /// <exception cref="InvalidDataException">The bytes are not a rollup chunk.</exception>
    public void AddTo(int index, TDigest digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        Span<double> points = stackalloc double[RollupFormat.MaxPoints];
        Read(index, out var figures, points);
        if (figures.IsPoints)
        {
            foreach (var point in points[..(int)figures.Row.Count])
            {
                if (double.IsFinite(point))
                {
                    digest.Add(point);
                }
            }

            return;
        }

        AddGroupsTo(figures, digest);
    }

    /// <summary>Adds the row that was read last, which has no points.</summary>
    internal readonly void AddGroupsTo(in RowFigures figures, TDigest digest)
    {
        Span<double> values = stackalloc double[MaxWeights];
        Span<double> weights = stackalloc double[MaxWeights];
        Span<Centroid> centroids = stackalloc Centroid[MaxWeights];
        var count = Expand(figures, values, weights);
        for (var i = 0; i < count; i++)
        {
            // A value that stands for several is the mean of different ones, unless it is an extreme or all are whole steps of the grid.
            var isPile = weights[i] <= 1 || i == 0 || i == count - 1 || _grid.IsExact;
            centroids[i] = isPile ? Centroid.Pile(values[i], weights[i]) : Centroid.Spread(values[i], weights[i]);
        }

        var hasSum = figures.Negative + figures.Positive == 0 && double.IsFinite(figures.Row.Sum);
        digest.Merge(centroids[..count], figures.FiniteCount, hasSum ? figures.Row.Sum : double.NaN);
    }

    /// <summary>Infinite values of a row, which no digest takes.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a rollup chunk.</exception>
    public (long Negative, long Positive) InfinitiesOf(int index)
    {
        Span<double> points = stackalloc double[RollupFormat.MaxPoints];
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        var reader = NewFigures();
        RowFigures figures;
        do
        {
            reader.Read(out figures, points);
        }
        while (index-- > 0);
        return (figures.Negative, figures.Positive);
    }

    /// <summary>The finite values of a row and how often each is there, ascending: at most <see cref="MaxWeights"/>.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="InvalidDataException">The bytes are not a rollup chunk.</exception>
    public int ReadWeights(int index, Span<double> values, Span<double> weights)
    {
        Span<double> points = stackalloc double[RollupFormat.MaxPoints];
        Read(index, out var figures, points);
        if (!figures.IsPoints)
        {
            return Expand(figures, values, weights);
        }

        var finite = 0;
        foreach (var point in points[..(int)figures.Row.Count])
        {
            if (double.IsFinite(point))
            {
                values[finite++] = point + 0.0;
            }
        }

        values[..finite].Sort();
        weights[..finite].Fill(1);
        return finite;
    }

    /// <summary>Reads a row: figures, points in order of time if it has them, and what <see cref="Expand"/> needs.</summary>
    internal void Read(int index, out RowFigures figures, scoped Span<double> points)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        if (_model is null || index < _next)
        {
            _model ??= new GroupModel();
            _model.Clear();
            _figures = NewFigures();
            _groups = new GroupReader(_groupBytes, _model);
            _next = 0;
        }

        do
        {
            _figures.Read(out figures, points);
            _scheme = null;
            if (figures.HasGroups)
            {
                _grid = new ValueGrid(_form, figures.FiniteMin, figures.FiniteMax, figures.FiniteCount);
                _scheme = RankScheme.For(figures.FiniteCount);
                _scheme = _grid.IsNarrow ? _scheme.Coarse : _scheme;
                _groups.Read(_grid, _model.Means.AsSpan(0, _scheme.Count));
            }
        }
        while (_next++ < index);
    }

    /// <summary>The values of the row that was read last, which has no points, and how often each is there.</summary>
    /// <returns>How many, at most <see cref="MaxWeights"/>.</returns>
    internal readonly int Expand(in RowFigures figures, Span<double> values, Span<double> weights)
    {
        if (_scheme is not null)
        {
            return Expansion.Expand(_scheme, _model!.Means.AsSpan(0, _scheme.Count), _grid, values, weights);
        }

        if (!(figures.FiniteCount > 0))
        {
            return 0;
        }

        values[0] = figures.FiniteMin;
        weights[0] = figures.FiniteCount;
        return 1;
    }

    private readonly FigureReader NewFigures() => new(_figureBytes, _form, _firstBucket, _lengthMs);

    private static ulong TakeVarint(ref ReadOnlySpan<byte> rest)
    {
        ulong value = 0;
        for (var i = 0; i < rest.Length && i < 10; i++)
        {
            value |= (ulong)(rest[i] & 0x7F) << (7 * i);
            if (rest[i] < 0x80)
            {
                rest = rest[(i + 1)..];
                return value;
            }
        }

        throw new InvalidDataException("Not a rollup chunk: it ends in its header.");
    }
}
