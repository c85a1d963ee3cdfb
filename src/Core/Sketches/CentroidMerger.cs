namespace Metrics.Core.Sketches;

/// <summary>
/// The merging pass: takes points and centroids in ascending order and joins neighbours as far as the scale function allows. The
/// destination may be the span the input is read from.
/// </summary>
internal ref struct CentroidMerger
{
    /// <summary>How many centroids the fine tails may add at each end, over those of the scale function.</summary>
    public const int MaxTail = 134;

    /// <summary>How often in one pass neighbours are kept apart because of the gap between them.</summary>
    public const int MaxBreaks = 32;

    // Of a few thousand points, the percentiles of interest lie among the last hundred, which are few and far apart: an average of
    // neighbours says little there. So within TailLength points of an end, a centroid takes at most a TailShare-th of that distance.
    private const double TailLength = 128;
    private const double TailShare = 24;

    private readonly Span<Centroid> _destination;
    private readonly double _wideGap;
    private readonly ScaleFunction _scale;
    private readonly double _total;
    private readonly double _lowUnit;
    private readonly double _highUnit;
    private double _emitted;
    private double _limit;
    private double _first;
    private double _last;
    private double _weight;
    private double _offset;
    private bool _spread;
    private int _breaks = MaxBreaks;
    private int _count;

    private CentroidMerger(Span<Centroid> destination, double total, double range, (double Low, double High) units, double compression)
    {
        (_lowUnit, _highUnit) = units;
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

        var first = centroids[0];
        var merger = new CentroidMerger(centroids, total, last.Mean - first.Mean, (first.Weight, last.Weight), compression);
        merger.Add(first.Mean, first.Weight, spread: false);
        foreach (var centroid in centroids[1..^1])
        {
            merger.Add(centroid.Mean, centroid.Weight, !centroid.IsPile);
        }

        return merger.Finish(last.Mean, last.Weight);
    }

    /// <summary>Compresses ascending points into <paramref name="destination"/>. Returns how many centroids they became.</summary>
    public static int Compress(ReadOnlySpan<double> sorted, Span<Centroid> destination, double compression)
    {
        var merger = new CentroidMerger(destination, sorted.Length, sorted[^1] - sorted[0], (1, 1), compression);
        foreach (var value in sorted[..^1])
        {
            merger.Add(value + 0.0, 1, spread: false);
        }

        return merger.Finish(sorted[^1] + 0.0, 1);
    }

    private void Add(double mean, double weight, bool spread)
    {
        if (_emitted + _weight + weight <= _limit && !IsBreak(mean))
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
        _limit = Limit();
    }

    /// <summary>How far the next centroid may reach, as the weight from the low end.</summary>
    private readonly double Limit()
    {
        var limit = _total * _scale.Next(Math.Min(1, _emitted / _total));
        if (_emitted < TailLength * _lowUnit)
        {
            limit = Math.Min(limit, _emitted + Math.Max(_lowUnit, _emitted / TailShare));
        }

        // At the high end the distance is the one at the far side of the centroid, so that both ends come out alike.
        var left = _total - _emitted;
        var share = Math.Max(_highUnit, left / (TailShare + 1));
        return Math.Min(limit, _emitted + Math.Max(share, left - (TailLength * _highUnit)));
    }

    // The least and the greatest value stay piles of their own (the limit starts at zero), so that both are known exactly.
    private int Finish(double mean, double weight)
    {
        _limit = 0;
        Add(mean, weight, spread: false);
        Emit();
        return _count;
    }
}
