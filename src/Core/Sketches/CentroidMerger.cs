namespace Metrics.Core.Sketches;

/// <summary>
/// The merging pass: takes points and centroids in ascending order and joins neighbours as far as the scale function allows. The
/// destination may be the span the input is read from.
/// </summary>
internal ref struct CentroidMerger
{
    /// <summary>Centroids at each end that are left alone, so that the extremes of a few thousand points stay points.</summary>
    public const int HeldAtEachEnd = 8;

    /// <summary>How often in one pass neighbours are kept apart because of the gap between them.</summary>
    public const int MaxBreaks = 32;

    private readonly Span<Centroid> _destination;
    private readonly double _wideGap;
    private readonly ScaleFunction _scale;
    private readonly double _total;
    private double _emitted;
    private double _limit;
    private double _first;
    private double _last;
    private double _weight;
    private double _offset;
    private bool _spread;
    private bool _hold;
    private int _breaks = MaxBreaks;
    private int _count;

    private CentroidMerger(Span<Centroid> destination, double total, double range, double compression)
    {
        _wideGap = range / MaxBreaks;
        _destination = destination;
        _scale = new ScaleFunction(compression);
        _total = total;
    }

    /// <summary>Joins piles of equal values, which loses nothing. Returns how many centroids are left.</summary>
    public static int JoinPiles(Span<Centroid> centroids)
    {
        if (centroids.Length == 0)
        {
            return 0;
        }

        var last = 0;
        for (var i = 1; i < centroids.Length; i++)
        {
            var next = centroids[i];
            var previous = centroids[last];
            if (next.Mean == previous.Mean && next.IsPile && previous.IsPile)
            {
                centroids[last] = previous.WithWeight(previous.Weight + next.Weight);
            }
            else
            {
                centroids[++last] = next;
            }
        }

        return last + 1;
    }

    /// <summary>Compresses ordered centroids in place. Returns how many are left.</summary>
    public static int Compress(Span<Centroid> centroids, double compression)
    {
        if (centroids.Length <= 2)
        {
            return centroids.Length;
        }

        var last = centroids[^1];
        var total = 0.0;
        foreach (var centroid in centroids)
        {
            total += centroid.Weight;
        }

        var merger = new CentroidMerger(centroids, total, centroids[^1].Mean - centroids[0].Mean, compression);
        var tail = Math.Max(1, centroids.Length - HeldAtEachEnd);
        merger.Add(centroids[0].Mean, centroids[0].Weight, spread: false);
        for (var i = 1; i < centroids.Length - 1; i++)
        {
            merger._hold |= i >= tail;
            merger.Add(centroids[i].Mean, centroids[i].Weight, !centroids[i].IsPile);
        }

        merger._hold = true;
        merger.Add(last.Mean, last.Weight, spread: false);
        merger.Emit();
        return merger._count;
    }

    /// <summary>Compresses ascending points into <paramref name="destination"/>. Returns how many centroids they became.</summary>
    public static int Compress(ReadOnlySpan<double> sorted, Span<Centroid> destination, double compression)
    {
        var merger = new CentroidMerger(destination, sorted.Length, sorted[^1] - sorted[0], compression);
        var tail = Math.Max(0, sorted.Length - HeldAtEachEnd);
        foreach (var value in sorted[..tail])
        {
            merger.Add(value + 0.0, 1, spread: false);
        }

        merger._hold = true;
        foreach (var value in sorted[tail..])
        {
            merger.Add(value + 0.0, 1, spread: false);
        }

        merger.Emit();
        return merger._count;
    }

    private void Add(double mean, double weight, bool spread)
    {
        if (_emitted + _weight + weight <= _limit && !_hold && !IsBreak(mean))
        {
            // Around the first mean rather than around zero: values that are large beside their differences keep their digits.
            _offset += (mean - _first) * weight;
            _spread |= spread || mean != _first;
            _weight += weight;
            _last = mean;
        }
        else if (mean == _first && !spread && !_spread && _weight > 0)
        {
            _weight += weight;
        }
        else
        {
            Emit();
            (_first, _last, _weight, _offset, _spread) = (mean, mean, weight, 0, spread);
        }
    }

    /// <summary>
    /// Modes far apart are not joined, or all between them would be an average that no point has. The budget keeps the size bounded.
    /// </summary>
    private bool IsBreak(double mean)
    {
        var gap = mean - _last;
        if ((gap <= _wideGap && gap <= Math.Min(Math.Abs(mean), Math.Abs(_last))) || _breaks == 0)
        {
            return false;
        }

        _breaks--;
        return true;
    }

    private void Emit()
    {
        if (_weight == 0)
        {
            return;
        }

        if (_spread)
        {
            var mean = _first + (_offset / _weight);
            _destination[_count++] = Centroid.Spread(
                double.IsFinite(mean) ? Math.Clamp(mean, _first, _last) : (_first / 2) + (_last / 2), _weight);
        }
        else
        {
            _destination[_count++] = Centroid.Pile(_first, _weight);
        }

        _emitted += _weight;
        _limit = _count < HeldAtEachEnd ? 0 : _total * _scale.Next(Math.Min(1, _emitted / _total));
    }
}
