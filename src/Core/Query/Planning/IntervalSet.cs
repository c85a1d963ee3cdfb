namespace Metrics.Core.Query.Planning;

/// <summary>Half-open stretches of time, ascending, neither overlapping nor touching. Never changes.</summary>
internal sealed class IntervalSet
{
    public static readonly IntervalSet Empty = new([]);

    private readonly (long FromMs, long ToMs)[] _items;

    private IntervalSet((long FromMs, long ToMs)[] items) => _items = items;

    public ReadOnlySpan<(long FromMs, long ToMs)> Items => _items;

    public bool IsEmpty => _items.Length == 0;

    public static IntervalSet Of(long fromMs, long toMs) => fromMs < toMs ? new([(fromMs, toMs)]) : Empty;

    /// <summary>The union of intervals in any order; the list is sorted in place.</summary>
    public static IntervalSet Union(List<(long FromMs, long ToMs)> intervals)
    {
        if (intervals.Count == 0)
        {
            return Empty;
        }

        intervals.Sort();
        var union = new List<(long FromMs, long ToMs)>(intervals.Count);
        foreach (var (from, to) in intervals)
        {
            if (union.Count != 0 && from <= union[^1].ToMs)
            {
                union[^1] = (union[^1].FromMs, Math.Max(union[^1].ToMs, to));
            }
            else if (from < to)
            {
                union.Add((from, to));
            }
        }

        return new([.. union]);
    }

    public IntervalSet Union(IntervalSet other) => other.IsEmpty ? this : IsEmpty ? other : Union([.. _items, .. other._items]);

    public IntervalSet Intersect(long fromMs, long toMs)
    {
        if (_items.Length == 0 || (fromMs <= _items[0].FromMs && toMs >= _items[^1].ToMs))
        {
            return this;
        }

        var kept = new List<(long, long)>();
        foreach (var (from, to) in _items)
        {
            if (Math.Max(from, fromMs) < Math.Min(to, toMs))
            {
                kept.Add((Math.Max(from, fromMs), Math.Min(to, toMs)));
            }
        }

        return new([.. kept]);
    }

    public IntervalSet Intersect(IntervalSet other)
    {
        var kept = new List<(long, long)>();
        int i = 0, j = 0;
        while (i < _items.Length && j < other._items.Length)
        {
            var from = Math.Max(_items[i].FromMs, other._items[j].FromMs);
            var to = Math.Min(_items[i].ToMs, other._items[j].ToMs);
            if (from < to)
            {
                kept.Add((from, to));
            }

            if (_items[i].ToMs < other._items[j].ToMs)
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return new([.. kept]);
    }

    public IntervalSet Subtract(IntervalSet other)
    {
        if (IsEmpty || other.IsEmpty)
        {
            return this;
        }

        var kept = new List<(long, long)>();
        var j = 0;
        foreach (var (start, to) in _items)
        {
            var from = start;
            while (j < other._items.Length && other._items[j].ToMs <= from)
            {
                j++;
            }

            for (var k = j; k < other._items.Length && other._items[k].FromMs < to; k++)
            {
                if (other._items[k].FromMs > from)
                {
                    kept.Add((from, other._items[k].FromMs));
                }

                from = Math.Max(from, other._items[k].ToMs);
            }

            if (from < to)
            {
                kept.Add((from, to));
            }
        }

        return new([.. kept]);
    }

    /// <summary>What is left when both ends of each interval move inwards to multiples of a length.</summary>
    public IntervalSet AlignInward(long lengthMs) => Map((from, to) => (TimeAlign.Up(from, lengthMs), TimeAlign.Down(to, lengthMs)));

    /// <summary>Both ends of each interval moved outwards to multiples of a length.</summary>
    public IntervalSet AlignOutward(long lengthMs) => Map((from, to) => (TimeAlign.Down(from, lengthMs), TimeAlign.Up(to, lengthMs)));

    public bool Overlaps(long fromMs, long toMs)
    {
        foreach (var (from, to) in _items)
        {
            if (from < toMs && to > fromMs)
            {
                return true;
            }
        }

        return false;
    }

    private IntervalSet Map(Func<long, long, (long, long)> map)
    {
        var mapped = new List<(long FromMs, long ToMs)>(_items.Length);
        foreach (var (from, to) in _items)
        {
            var (newFrom, newTo) = map(from, to);
            if (newFrom < newTo)
            {
                mapped.Add((newFrom, newTo));
            }
        }

        return Union(mapped);
    }
}

/// <summary>Multiples of a length around a time; the ends of time stay where they are.</summary>
internal static class TimeAlign
{
    public static long Down(long timestampMs, long lengthMs)
    {
        var remainder = timestampMs % lengthMs;
        remainder = remainder < 0 ? remainder + lengthMs : remainder;
        return timestampMs < long.MinValue + remainder ? long.MinValue : timestampMs - remainder;
    }

    public static long Up(long timestampMs, long lengthMs)
    {
        var down = Down(timestampMs, lengthMs);
        return down == timestampMs || timestampMs == long.MinValue ? timestampMs : down > long.MaxValue - lengthMs ? long.MaxValue : down + lengthMs;
    }
}
