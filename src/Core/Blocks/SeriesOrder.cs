using System.Text;
using Metrics.Core.Model;

namespace Metrics.Core.Blocks;

/// <summary>The order of series in a block: that of the bytes of their canonical forms, which are not made for it.</summary>
public sealed class SeriesOrder : IComparer<SeriesKey>
{
    public static readonly SeriesOrder Instance = new();

    private const int OnStack = 256;

    private SeriesOrder()
    {
    }

    public int Compare(SeriesKey? x, SeriesKey? y)
    {
        if (x is null || y is null || ReferenceEquals(x, y))
        {
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        }

        var order = Compare(x.Tenant, y.Tenant);
        order = order != 0 ? order : Compare(x.Metric, y.Metric);
        order = order != 0 ? order : Compare(x.Tags.Count, y.Tags.Count);
        for (var i = 0; order == 0 && i < x.Tags.Count; i++)
        {
            order = Compare(x.Tags[i].Key, y.Tags[i].Key);
            order = order != 0 ? order : Compare(x.Tags[i].Value, y.Tags[i].Value);
        }

        return order;
    }

    /// <summary>Texts as their length and then their bytes.</summary>
    private static int Compare(string x, string y)
    {
        if (x == y)
        {
            return 0;
        }

        var (xLength, yLength) = (Encoding.UTF8.GetByteCount(x), Encoding.UTF8.GetByteCount(y));
        if (xLength != yLength)
        {
            return Compare(xLength, yLength);
        }

        var xBytes = xLength <= OnStack ? stackalloc byte[OnStack] : new byte[xLength];
        var yBytes = yLength <= OnStack ? stackalloc byte[OnStack] : new byte[yLength];
        return xBytes[..Encoding.UTF8.GetBytes(x, xBytes)].SequenceCompareTo(yBytes[..Encoding.UTF8.GetBytes(y, yBytes)]);
    }

    /// <summary>Numbers as their LEB128 bytes, which is another order than theirs: the low bits come first.</summary>
    private static int Compare(int x, int y)
    {
        for (; x != y; x >>= 7, y >>= 7)
        {
            var order = LowByte(x) - LowByte(y);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;

        static int LowByte(int value) => value >= 0x80 ? (value & 0x7F) | 0x80 : value;
    }
}
