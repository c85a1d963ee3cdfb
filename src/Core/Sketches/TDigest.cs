using System.Buffers;

namespace Metrics.Core.Sketches;

/// <summary>
/// The merging t-digest of Dunning and Ertl: a distribution in bounded memory whose quantiles are most exact at both ends. Up to
/// <see cref="PointCapacity"/> distinct values are kept as they are, and quantiles are then those of <see cref="ExactQuantile"/>.
/// Count, sum, minimum and maximum are exact always. Negative zero counts as zero.
/// </summary>
/// <remarks>
/// Not safe for use by several threads, except that after <see cref="Compact"/>, <see cref="Write"/>, <see cref="FromSorted"/> or
/// <see cref="TryRead"/>, and until the next change, reads (also as the source of a merge) change nothing and may run side by side.
/// </remarks>
public sealed class TDigest
{
    /// <summary>Default: 400, at most 0.4 % of the points from the middle of a centroid to its ends at the median.</summary>
    public const double DefaultCompression = 400;

    public const double MinCompression = 20;

    public const double MaxCompression = 2000;

    private const double MaxWeight = 1L << 53;
    private const double WorkingFactor = 2.5;
    private const int InitialCapacity = 8;

    private Centroid[] _centroids = [];
    private int _count;
    private bool _ordered = true;
    private bool _compact = true;
    private CompensatedSum _sum;

    /// <param name="compression">The δ of the scale function, 20 to 2000: twice as much, half the error and twice the size.</param>
    /// <exception cref="ArgumentOutOfRangeException">The compression is out of range.</exception>
    public TDigest(double compression = DefaultCompression)
    {
        if (!(compression is >= MinCompression and <= MaxCompression))
        {
            throw new ArgumentOutOfRangeException(
                nameof(compression), compression, $"Compression is between {MinCompression} and {MaxCompression}.");
        }

        Compression = compression;
    }

    internal TDigest(double compression, Centroid[] centroids, double count, double sum)
        : this(compression)
    {
        _centroids = centroids;
        _count = centroids.Length;
        _sum = new CompensatedSum(sum);
        Count = count;
        if (centroids.Length > 0)
        {
            (Min, Max) = (centroids[0].Mean, centroids[^1].Mean);
        }
    }

    public double Compression { get; }

    /// <summary>The weight of everything added.</summary>
    public double Count { get; private set; }

    /// <summary>The sum of value times weight.</summary>
    public double Sum => _sum.Value;

    /// <summary>The smallest value; NaN of an empty digest.</summary>
    public double Min { get; private set; } = double.NaN;

    /// <summary>The greatest value; NaN of an empty digest.</summary>
    public double Max { get; private set; } = double.NaN;

    /// <summary>How many distinct values are kept as they are before neighbours are joined.</summary>
    public int PointCapacity => (int)(Compression / 2);

    internal int MaxCentroids => MaxCentroidsOf(Compression);

    internal ReadOnlySpan<Centroid> Centroids => _centroids.AsSpan(0, _count);

    internal int Capacity => _centroids.Length;

    // While more may come, only as much is joined as memory asks for: what is joined once too coarsely stays so. Room for several
    // digests between two passes, for speed.
    private double WorkingCompression => WorkingFactor * Compression;

    private int MaxCapacity => MaxCentroidsOf(WorkingCompression) + MaxCentroids;

    /// <summary>The digest of points in ascending order, in one pass and without spare room.</summary>
    /// <exception cref="ArgumentException">The points are not finite, or not in ascending order.</exception>
    public static TDigest FromSorted(ReadOnlySpan<double> sorted, double compression = DefaultCompression)
    {
        var digest = new TDigest(compression);
        digest.AddSorted(sorted);
        digest.Compact();
        return digest;
    }

    /// <summary>Reads what <see cref="Write"/> wrote. False if the bytes are anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out TDigest? digest) => TDigestReader.TryRead(source, out digest);

    /// <param name="value">A finite value.</param>
    /// <param name="weight">How many points the value stands for (1 / sample rate); greater than 0, at most 2^53, not always whole.</param>
    /// <exception cref="ArgumentException">The value is not finite, or the weight is out of range.</exception>
    public void Add(double value, double weight = 1)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentException("A digest takes finite values.", nameof(value));
        }

        if (!(weight > 0 && weight <= MaxWeight))
        {
            throw new ArgumentException($"A weight is greater than 0 and at most {MaxWeight}.", nameof(weight));
        }

        EnsureRoom(1);
        Append(Centroid.Pile(value + 0.0, weight));
        _sum.Add(value * weight);
        Include(value + 0.0, value + 0.0, weight);
    }

    /// <summary>Adds points in ascending order, in one pass.</summary>
    /// <exception cref="ArgumentException">The points are not finite, or not in ascending order; nothing was added.</exception>
    public void AddSorted(ReadOnlySpan<double> sorted)
    {
        if (sorted.IsEmpty)
        {
            return;
        }

        var distinct = SortedPoints.Examine(sorted, out var sum);
        if (distinct <= PointCapacity)
        {
            MergePiles(sorted, distinct);
        }
        else
        {
            MergeCompressed(sorted);
        }

        _sum.Add(sum);
        Include(sorted[0] + 0.0, sorted[^1] + 0.0, sorted.Length);
    }

    /// <summary>Adds everything that is in another digest, which stays as it is.</summary>
    public void Merge(TDigest other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._count == 0)
        {
            return;
        }

        if (ReferenceEquals(this, other))
        {
            foreach (ref var centroid in _centroids.AsSpan(0, _count))
            {
                centroid = centroid.WithWeight(2 * centroid.Weight);
            }
        }
        else if (other._ordered)
        {
            MergeOrdered(other.Centroids);
        }
        else
        {
            foreach (var centroid in other.Centroids)
            {
                EnsureRoom(1);
                Append(centroid);
            }
        }

        _sum.Add(other._sum);
        Include(other.Min, other.Max, other.Count);
    }

    /// <summary>Adds ordered centroids that stand for so many values of this sum; NaN for a sum that follows from them.</summary>
    internal void Merge(ReadOnlySpan<Centroid> ordered, double count, double sum)
    {
        if (ordered.IsEmpty)
        {
            return;
        }

        MergeOrdered(ordered);
        if (double.IsNaN(sum))
        {
            sum = 0;
            foreach (var centroid in ordered)
            {
                sum += centroid.Mean * centroid.Weight;
            }
        }

        _sum.Add(sum);
        Include(ordered[0].Mean, ordered[^1].Mean, count);
    }

    /// <summary>The value at a quantile from 0 (the minimum) to 1 (the maximum); NaN of an empty digest.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The quantile is not between 0 and 1.</exception>
    public double Quantile(double quantile)
    {
        if (!(quantile is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(quantile), quantile, "A quantile is between 0 and 1.");
        }

        if (_count == 0)
        {
            return double.NaN;
        }

        Order();
        return Interpolation.Quantile(Centroids, quantile, Count);
    }

    /// <summary>Empties the digest and keeps its memory for what comes next.</summary>
    public void Clear()
    {
        _count = 0;
        _ordered = _compact = true;
        _sum = default;
        Count = 0;
        Min = Max = double.NaN;
    }

    /// <summary>Joins what may be joined and gives spare memory back: for a digest that is finished and kept.</summary>
    public void Compact()
    {
        Finish();
        if (_centroids.Length > _count)
        {
            _centroids = Centroids.ToArray();
        }
    }

    /// <summary>Appends the serialized form, described in docs/formats/tdigest.md.</summary>
    public void Write(IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        Finish();
        TDigestWriter.Write(this, destination);
    }

    /// <summary>Neighbours together exceed one unit of k, of which there are δ/2; then those kept apart on purpose, and rounding.</summary>
    internal static int MaxCentroidsOf(double compression) =>
        (int)Math.Ceiling(compression) + (2 * CentroidMerger.MaxTail) + CentroidMerger.MaxBreaks + 8;

    private void MergePiles(ReadOnlySpan<double> sorted, int distinct)
    {
        if (_count == 0)
        {
            EnsureRoom(distinct);
            SortedPoints.FillPiles(sorted, _centroids);
            _count = distinct;
            return;
        }

        var rented = ArrayPool<Centroid>.Shared.Rent(distinct);
        SortedPoints.FillPiles(sorted, rented);
        MergeOrdered(rented.AsSpan(0, distinct));
        ArrayPool<Centroid>.Shared.Return(rented);
    }

    private void MergeCompressed(ReadOnlySpan<double> sorted)
    {
        var wasEmpty = _count == 0;
        var rented = ArrayPool<Centroid>.Shared.Rent(MaxCentroids);
        var count = CentroidMerger.Compress(sorted, rented, Compression);
        MergeOrdered(rented.AsSpan(0, count));
        ArrayPool<Centroid>.Shared.Return(rented);
        _compact = wasEmpty;
    }

    private void MergeOrdered(ReadOnlySpan<Centroid> others)
    {
        while (others.Length > 0)
        {
            EnsureRoom(Math.Min(others.Length, MaxCentroids));
            Order();
            var slice = Math.Min(others.Length, _centroids.Length - _count);
            InsertOrdered(others[..slice]);
            others = others[slice..];
        }
    }

    private void InsertOrdered(ReadOnlySpan<Centroid> others)
    {
        // From the greatest down, so that the free end of the array takes what moves.
        var own = _count - 1;
        var from = others.Length - 1;
        var to = _count + others.Length - 1;
        while (from >= 0)
        {
            _centroids[to--] = own >= 0 && _centroids[own].Mean > others[from].Mean ? _centroids[own--] : others[from--];
        }

        _count += others.Length;
        _compact = false;
    }

    private void Append(Centroid centroid)
    {
        _ordered &= _count == 0 || centroid.Mean >= _centroids[_count - 1].Mean;
        _centroids[_count++] = centroid;
        _compact = false;
    }

    private void Include(double min, double max, double weight)
    {
        // Written so that the NaN of an empty digest gives way.
        Min = Min <= min ? Min : min;
        Max = Max >= max ? Max : max;
        Count += weight;
    }

    private void EnsureRoom(int count)
    {
        if (_count + count > MaxCapacity)
        {
            Compress(MaxCapacity / 2, WorkingCompression);
        }

        if (_count + count > _centroids.Length)
        {
            var capacity = _count == 0 ? count : Math.Max(_count + count, 2 * _count);
            Array.Resize(ref _centroids, Math.Min(MaxCapacity, Math.Max(InitialCapacity, capacity)));
        }
    }

    private void Order()
    {
        if (!_ordered)
        {
            _centroids.AsSpan(0, _count).Sort();
            _ordered = true;
        }
    }

    private void Finish()
    {
        if (!_compact && _count > 0)
        {
            Compress(PointCapacity, Compression);
            _compact = true;
        }
    }

    private void Compress(int enough, double compression)
    {
        Order();
        _count = CentroidMerger.JoinPiles(_centroids.AsSpan(0, _count));

        // A spread whose mean is the minimum or the maximum can hold nothing else, but for rounding: the ends are always piles.
        _centroids[0] = Centroid.Pile(_centroids[0].Mean, _centroids[0].Weight);
        _centroids[_count - 1] = Centroid.Pile(_centroids[_count - 1].Mean, _centroids[_count - 1].Weight);
        if (_count > enough)
        {
            _count = CentroidMerger.Compress(_centroids.AsSpan(0, _count), compression);
        }
    }
}
