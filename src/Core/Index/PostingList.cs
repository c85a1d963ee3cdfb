namespace Metrics.Core.Index;

/// <summary>
/// The ordinals of the series that share a metric or a tag value, ascending. A struct that lives inside its dictionary, with
/// one ordinal held in place: most values of a tag that explodes have a single series.
/// </summary>
internal struct PostingList
{
    private int[]? _items;

    /// <summary>The only ordinal while there is no array, plus one; else how many the array holds.</summary>
    private int _countOrOnly;

    public readonly int Count => _items is null ? (_countOrOnly == 0 ? 0 : 1) : _countOrOnly;

    public void Add(int ordinal)
    {
        if (_items is null)
        {
            if (_countOrOnly == 0)
            {
                _countOrOnly = ordinal + 1;
                return;
            }

            var only = _countOrOnly - 1;
            _items = [Math.Min(only, ordinal), Math.Max(only, ordinal)];
            _countOrOnly = 2;
            return;
        }

        var count = _countOrOnly;
        if (count == _items.Length)
        {
            // Close to 4 B an entry matters more than a rare copy.
            Array.Resize(ref _items, count + Math.Max(1, count / 8));
        }

        if (_items[count - 1] < ordinal)
        {
            _items[count] = ordinal;
        }
        else
        {
            var at = ~Array.BinarySearch(_items, 0, count, ordinal);
            Array.Copy(_items, at, _items, at + 1, count - at);
            _items[at] = ordinal;
        }

        _countOrOnly = count + 1;
    }

    public void Remove(int ordinal)
    {
        if (_items is null)
        {
            _countOrOnly = 0;
            return;
        }

        var count = _countOrOnly;
        var at = Array.BinarySearch(_items, 0, count, ordinal);
        if (count == 2)
        {
            _countOrOnly = _items[1 - at] + 1;
            _items = null;
            return;
        }

        Array.Copy(_items, at + 1, _items, at, count - at - 1);
        _countOrOnly = --count;
        if (count < _items.Length / 2)
        {
            Array.Resize(ref _items, count);
        }
    }

    public readonly void CopyTo(List<int> destination)
    {
        if (_items is null)
        {
            if (_countOrOnly != 0)
            {
                destination.Add(_countOrOnly - 1);
            }

            return;
        }

        destination.AddRange(_items.AsSpan(0, _countOrOnly));
    }
}
