using System.Buffers;
using Metrics.Core.Rollups;
using Metrics.Core.Sketches;

namespace Metrics.Core.Query.Evaluation;

/// <summary>
/// The points of one bucket, for its quantiles: the points themselves up to <see cref="MaxPoints"/>, and a digest of all of
/// them beyond.
/// </summary>
internal sealed class Population
{
    /// <summary>Up to so many points a quantile is exact.</summary>
    public const int MaxPoints = 10_000;

    /// <summary>Finer than what is stored: nothing of this is kept, and the answer is to be within 1 %.</summary>
    public const double Compression = 400;

    private double[] _points = [];
    private TDigest? _digest;

    /// <summary>Points that are kept as they are; all of them when <see cref="Digest"/> is null.</summary>
    public ReadOnlySpan<double> Points => _points.AsSpan(0, Count);

    public int Count { get; private set; }

    public TDigest? Digest => _digest;

    /// <summary>Infinite points that are not among <see cref="Points"/> any more: a digest takes none.</summary>
    public long NegativeInfinities { get; private set; }

    public long PositiveInfinities { get; private set; }

    public bool IsEmpty => Count == 0 && _digest is null && NegativeInfinities == 0 && PositiveInfinities == 0;

    public void Add(ReadOnlySpan<double> values)
    {
        while (!values.IsEmpty)
        {
            if (Count == MaxPoints)
            {
                Fold();
            }

            var take = Math.Min(values.Length, MaxPoints - Count);
            Reserve(Count + take);
            values[..take].CopyTo(_points.AsSpan(Count));
            Count += take;
            values = values[take..];
        }
    }

    public void Add(TDigest digest) => (_digest ??= new TDigest(Compression)).Merge(digest);

    /// <summary>The values of a rollup row: as points where it still has them, else as a digest.</summary>
    public void Add(ref RollupReader reader, int index)
    {
        Span<double> points = stackalloc double[RollupFormat.MaxPoints];
        reader.Read(index, out var figures, points);
        if (figures.IsPoints)
        {
            Add(points[..(int)figures.Row.Count]);
            return;
        }

        reader.AddGroupsTo(figures, _digest ??= new TDigest(Compression));
        AddInfinities(figures.Negative, figures.Positive);
    }

    public void AddInfinities(long negative, long positive)
    {
        NegativeInfinities += negative;
        PositiveInfinities += positive;
    }

    public void Merge(Population other)
    {
        Add(other.Points);
        AddInfinities(other.NegativeInfinities, other.PositiveInfinities);
        if (other._digest is not null)
        {
            Add(other._digest);
        }
    }

    /// <summary>The quantile; the points are reordered.</summary>
    public double Quantile(double quantile)
    {
        if (_digest is null && NegativeInfinities == 0 && PositiveInfinities == 0)
        {
            return ExactQuantile.OfUnsorted(_points.AsSpan(0, Count), quantile);
        }

        Fold();
        var finite = _digest?.Count ?? 0;
        var rank = quantile * (NegativeInfinities + finite + PositiveInfinities - 1);
        if (NegativeInfinities != 0 && rank < NegativeInfinities)
        {
            return double.NegativeInfinity;
        }

        // Whatever lies on the line up to an infinite point is infinite too.
        if (PositiveInfinities != 0 && rank > NegativeInfinities + finite - 1)
        {
            return double.PositiveInfinity;
        }

        return NegativeInfinities + PositiveInfinities == 0
            ? _digest!.Quantile(quantile)
            : _digest!.Quantile(finite > 1 ? Math.Clamp((rank - NegativeInfinities) / (finite - 1), 0, 1) : 0);
    }

    /// <summary>Gives the memory back; the population is empty afterwards.</summary>
    public void Release()
    {
        if (_points.Length != 0)
        {
            ArrayPool<double>.Shared.Return(_points);
        }

        _points = [];
        _digest = null;
        NegativeInfinities = PositiveInfinities = 0;
        Count = 0;
    }

    private void Fold()
    {
        var points = _points.AsSpan(0, Count);
        points.Sort();
        var first = 0;
        var end = points.Length;
        while (first < end && double.IsNegativeInfinity(points[first]))
        {
            first++;
        }

        while (end > first && double.IsPositiveInfinity(points[end - 1]))
        {
            end--;
        }

        AddInfinities(first, points.Length - end);
        if (first < end)
        {
            (_digest ??= new TDigest(Compression)).AddSorted(points[first..end]);
        }

        Count = 0;
    }

    private void Reserve(int count)
    {
        if (count <= _points.Length)
        {
            return;
        }

        var larger = ArrayPool<double>.Shared.Rent(Math.Max(count, _points.Length * 2));
        _points.AsSpan(0, Count).CopyTo(larger);
        if (_points.Length != 0)
        {
            ArrayPool<double>.Shared.Return(_points);
        }

        _points = larger;
    }
}
