using Metrics.Core.Model;

namespace Metrics.Grains.Query;

/// <summary>Series in the order that lists show: by metric, then by tags.</summary>
internal sealed class SeriesKeyOrder : IComparer<SeriesKey>
{
    public static readonly SeriesKeyOrder Instance = new();

    /// <summary>The first <paramref name="limit"/> in order; holds no more than those while it goes through <paramref name="keys"/>.</summary>
    public static List<SeriesKey> Smallest(IEnumerable<SeriesKey> keys, int limit)
    {
        var smallest = new SmallestKeys(limit);
        foreach (var key in keys)
        {
            smallest.Add(key);
        }

        return smallest.InOrder();
    }

    public int Compare(SeriesKey? x, SeriesKey? y)
    {
        var order = string.CompareOrdinal(x!.Metric, y!.Metric);
        for (var i = 0; order == 0 && i < Math.Min(x.Tags.Count, y.Tags.Count); i++)
        {
            order = string.CompareOrdinal(x.Tags[i].Key, y.Tags[i].Key);
            if (order == 0)
            {
                order = string.CompareOrdinal(x.Tags[i].Value, y.Tags[i].Value);
            }
        }

        return order != 0 ? order : x.Tags.Count.CompareTo(y.Tags.Count);
    }
}
