namespace Metrics.Core.Rollups;

/// <summary>A row's figures as whole numbers of the chunk's form.</summary>
internal struct MappedRow
{
    public long Min;

    /// <summary>From the least to the greatest.</summary>
    public ulong Span;
    public long Last;
    public long Sum;
}
