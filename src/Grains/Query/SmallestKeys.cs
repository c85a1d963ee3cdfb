using Metrics.Core.Model;

namespace Metrics.Grains.Query;

/// <summary>Keeps the first of the series that it is given in the order of lists, and no more than asked for.</summary>
internal sealed class SmallestKeys(int limit)
{
    private static readonly IComparer<SeriesKey> LargestFirst = Comparer<SeriesKey>.Create(static (x, y) => SeriesKeyOrder.Instance.Compare(y, x));

    private readonly PriorityQueue<SeriesKey, SeriesKey> _smallest = new(LargestFirst);

    public void Add(SeriesKey key)
    {
        if (_smallest.Count < limit)
        {
            _smallest.Enqueue(key, key);
        }
        else if (limit > 0)
        {
            _smallest.EnqueueDequeue(key, key);
        }
    }

    public List<SeriesKey> InOrder() => [.. _smallest.UnorderedItems.Select(static item => item.Element).Order(SeriesKeyOrder.Instance)];
}
