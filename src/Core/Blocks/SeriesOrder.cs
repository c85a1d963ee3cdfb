using Metrics.Core.Model;

namespace Metrics.Core.Blocks;

/// <summary>The order of series in a block: that of the bytes of their canonical forms.</summary>
public sealed class SeriesOrder : IComparer<SeriesKey>
{
    public static readonly SeriesOrder Instance = new();

    private SeriesOrder()
    {
    }

    public int Compare(SeriesKey? x, SeriesKey? y)
    {
        if (x is null || y is null)
        {
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        }

        return ReferenceEquals(x, y) ? 0 : x.ToCanonical().AsSpan().SequenceCompareTo(y.ToCanonical());
    }
}
