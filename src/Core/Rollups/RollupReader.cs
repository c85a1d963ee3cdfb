using Metrics.Core.Compression;
using Metrics.Core.Sketches;

namespace Metrics.Core.Rollups;

/// <summary>
/// Decodes a rollup chunk: figures without touching the distributions, and the distributions of single rows.
/// </summary>
public ref struct RollupReader
{
    /// <summary>Most values that <see cref="ReadWeights"/> gives.</summary>
    public const int MaxWeights = 512;

    private readonly ReadOnlySpan<byte> _figureBytes;
    private readonly ReadOnlySpan<byte> _groupBytes;
    private readonly int _form;
    private readonly long _firstBucket;
    private readonly long _lengthMs;
    private GroupModel? _model;
    private FigureReader _figures;
    private GroupReader _groups;
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
        Span<double> means = stackalloc double[RankScheme.MaxGroups];
        var groups = Read(index, out var figures, points, means);
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

        AddGroups(figures, means[..groups], digest);
    }

    /// <summary>Adds the finite values of a row that no longer has its points.</summary>
    internal static void AddGroups(in RowFigures figures, scoped ReadOnlySpan<double> means, TDigest digest)
    {
        var count = figures.FiniteCount;
        if (count <= 0)
        {
            return;
        }

        var sum = figures.Negative + figures.Positive == 0 ? figures.Row.Sum : double.NaN;
        Span<Centroid> centroids = stackalloc Centroid[Math.Max(1, means.Length)];
        if (means.IsEmpty)
        {
            centroids[0] = Centroid.Pile(figures.FiniteMin, count);
        }
        else
        {
            FillCentroids(RankScheme.For(count), means, centroids);
        }

        digest.Merge(centroids, count, sum);
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
        Span<double> means = stackalloc double[RankScheme.MaxGroups];
        var groups = Read(index, out var figures, points, means);
        if (figures.IsPoints)
        {
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

        var count = figures.FiniteCount;
        if (groups == 0)
        {
            values[0] = figures.FiniteMin;
            weights[0] = count;
            return count > 0 ? 1 : 0;
        }

        means[..groups].CopyTo(values);
        var scheme = RankScheme.For(count);
        for (var i = 0; i < groups; i++)
        {
            weights[i] = scheme.WeightOf(i);
        }

        return groups;
    }

    /// <summary>Reads figures and either points in order of time or the means of groups.</summary>
    /// <returns>Groups; 0 for points and for rows of equal values.</returns>
    internal int Read(int index, out RowFigures figures, scoped Span<double> points, scoped Span<double> means)
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

        int groups;
        do
        {
            _figures.Read(out figures, points);
            groups = 0;
            if (figures.HasGroups)
            {
                groups = RankScheme.For(figures.FiniteCount).Count;
                var grid = new ValueGrid(_form, figures.FiniteMin, figures.FiniteMax, figures.FiniteCount);
                _groups.Read(grid, means[..groups]);
            }
        }
        while (_next++ < index);
        return groups;
    }

    /// <summary>A group is a pile where all of its values must be equal: a single one, or between neighbours that are equal to it.</summary>
    private static void FillCentroids(RankScheme scheme, ReadOnlySpan<double> means, Span<Centroid> centroids)
    {
        for (var i = 0; i < means.Length; i++)
        {
            var weight = scheme.WeightOf(i);
            var isPile = weight <= 1 || i == 0 || i == means.Length - 1 || (means[i - 1] == means[i] && means[i + 1] == means[i]);
            centroids[i] = isPile ? Centroid.Pile(means[i], weight) : Centroid.Spread(means[i], weight);
        }
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
