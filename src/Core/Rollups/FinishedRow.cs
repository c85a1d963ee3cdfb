namespace Metrics.Core.Rollups;

/// <summary>A row that waits to be encoded.</summary>
internal readonly struct FinishedRow(in RowFigures figures, int start, int pointCount, int meanCount)
{
    public readonly RowFigures Figures = figures;

    /// <summary>Values in order of time, in the builder's array; none when they are not kept.</summary>
    public ReadOnlySpan<double> Points(double[] arena) => arena.AsSpan(start, pointCount);

    /// <summary>Means of the groups, ascending; none when there are points, or all values are equal.</summary>
    public ReadOnlySpan<double> Means(double[] arena) => pointCount > 0 ? default : arena.AsSpan(start, meanCount);
}
