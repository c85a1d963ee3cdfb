namespace Metrics.Core.Rollups;

/// <summary>
/// What one bucket of one series' values is reduced to, its distribution apart. NaNs are no values. A bucket without values has no row.
/// </summary>
public struct RollupRow
{
    /// <summary>Start of the bucket.</summary>
    public long StartMs { get; set; }

    /// <summary>Values; a distribution counts what it stands for.</summary>
    public double Count { get; set; }

    public double Sum { get; set; }
    public double Min { get; set; }
    public double Max { get; set; }

    /// <summary>The newest value and its timestamp.</summary>
    public double Last { get; set; }
    public long LastMs { get; set; }

    /// <summary>The oldest value of the bucket: with <see cref="Last"/> it joins the increases of neighbouring buckets.</summary>
    public double First { get; set; }

    /// <summary>
    /// What the values, read as a counter, grew by within the bucket; NaN when it was not kept, because they fall too often to be one
    /// (see <see cref="Query.AggregationKind.Increase"/>).
    /// </summary>
    public double Increase { get; set; }
}
