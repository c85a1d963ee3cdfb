namespace Metrics.Core.Rollups;

/// <summary>The finite values of an open row, each once until weights come among them. Bounded: too many are put together into cells.</summary>
internal sealed class RowValues
{
    // A row of unbounded samples is reduced on the way.
    private const int MaxPending = 1 << 15;

    // Above, weighted values are not sorted but counted into cells.
    private const int MaxSorted = 512;

    private readonly WeightedCells _cells = new();
    private double[] _values = new double[128];
    private double[] _weights = [];
    private int _count;
    private bool _isWeighted;

    public ReadOnlySpan<double> Values => _values.AsSpan(0, _count);

    /// <summary>As many; empty when each stands for itself alone.</summary>
    public ReadOnlySpan<double> Weights => _isWeighted ? _weights.AsSpan(0, _count) : default;

    public void Clear() => (_count, _isWeighted) = (0, false);

    /// <summary>From here on values have weights.</summary>
    public void Weigh()
    {
        if (!_isWeighted)
        {
            BeginWeights();
            _weights.AsSpan(0, _count).Fill(1);
        }
    }

    /// <summary>Room for values that <see cref="Take"/> adds.</summary>
    public Span<double> Reserve(int more)
    {
        if (_count + more > _values.Length)
        {
            Array.Resize(ref _values, Math.Max(_count + more, 2 * _values.Length));
        }

        if (_isWeighted && _weights.Length < _values.Length)
        {
            Array.Resize(ref _weights, _values.Length);
        }

        return _values.AsSpan(_count, more);
    }

    /// <summary>Adds the first of the values that were written into the room.</summary>
    /// <param name="count">How many.</param>
    /// <param name="min">The smallest value of the row, these among them.</param>
    /// <param name="max">The largest.</param>
    public void Take(int count, double min, double max)
    {
        if (_isWeighted)
        {
            _weights.AsSpan(_count, count).Fill(1);
        }

        _count += count;
        Reduce(min, max);
    }

    /// <summary>Adds values, each once where there are no weights.</summary>
    public void Add(ReadOnlySpan<double> values, ReadOnlySpan<double> weights, double min, double max)
    {
        if (!weights.IsEmpty)
        {
            Weigh();
        }

        values.CopyTo(Reserve(values.Length));
        if (weights.IsEmpty)
        {
            Take(values.Length, min, max);
            return;
        }

        weights.CopyTo(_weights.AsSpan(_count));
        _count += values.Length;
        Reduce(min, max);
    }

    public void Add(double value, double weight, double min, double max)
    {
        Weigh();
        Reserve(1)[0] = value + 0.0;
        _weights[_count++] = weight;
        Reduce(min, max);
    }

    /// <param name="areAscending">Whether they came in this order, as far as they have no weights.</param>
    /// <param name="min">The smallest value of the row.</param>
    /// <param name="max">The largest.</param>
    public void Sort(bool areAscending, double min, double max)
    {
        if (_isWeighted)
        {
            if (_count > MaxSorted)
            {
                _count = _cells.Order(_values.AsSpan(0, _count), _weights.AsSpan(0, _count), false, min, max);
            }
            else
            {
                Array.Sort(_values, _weights, 0, _count);
            }
        }
        else if (!areAscending && _count > MaxSorted)
        {
            BeginWeights();
            _count = _cells.Order(_values.AsSpan(0, _count), _weights.AsSpan(0, _count), true, min, max);
        }
        else if (!areAscending)
        {
            SmallSort.Sort(_values.AsSpan(0, _count));
        }
    }

    private void BeginWeights()
    {
        _isWeighted = true;
        if (_weights.Length < _values.Length)
        {
            _weights = new double[_values.Length];
        }
    }

    private void Reduce(double min, double max)
    {
        if (_count > MaxPending)
        {
            Weigh();
            _count = _cells.Order(_values.AsSpan(0, _count), _weights.AsSpan(0, _count), false, min, max);
        }
    }
}
