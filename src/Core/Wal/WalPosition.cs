namespace Metrics.Core.Wal;

/// <summary>Where a record starts.</summary>
/// <param name="Segment">The number of the segment file.</param>
/// <param name="Offset">Bytes from the start of that file.</param>
public readonly record struct WalPosition(long Segment, long Offset) : IComparable<WalPosition>
{
    /// <summary>The name of the segment's file.</summary>
    public string SegmentFile => SegmentName.Of(Segment);

    public int CompareTo(WalPosition other) =>
        Segment != other.Segment ? Segment.CompareTo(other.Segment) : Offset.CompareTo(other.Offset);

    public static bool operator <(WalPosition left, WalPosition right) => left.CompareTo(right) < 0;

    public static bool operator >(WalPosition left, WalPosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(WalPosition left, WalPosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(WalPosition left, WalPosition right) => left.CompareTo(right) >= 0;
}
