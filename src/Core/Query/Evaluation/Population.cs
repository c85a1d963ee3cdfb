using System.Buffers;
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

    public bool IsEmpty => Count == 0 && _digest is null;

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

    public void Merge(Population other)
    {
        Add(other.Points);
        if (other._digest is not null)
        {
            Add(other._digest);
        }
    }

    /// <summary>The quantile; the points are reordered.</summary>
    public double Quantile(double quantile)
    {
        if (_digest is null)
        {
            return ExactQuantile.OfUnsorted(_points.AsSpan(0, Count), quantile);
        }

        Fold();
        return _digest.Quantile(quantile);
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
        Count = 0;
    }

    private void Fold()
    {
        var points = _points.AsSpan(0, Count);
        points.Sort();
        (_digest ??= new TDigest(Compression)).AddSorted(points);
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
