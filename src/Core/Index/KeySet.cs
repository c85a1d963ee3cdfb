namespace Metrics.Core.Index;

/// <summary>The tenant and the tag keys of series, as symbols: shared by all that have the same, so that a series itself keeps only its values.</summary>
internal sealed class KeySet(int id, int tenant, int[] keys)
{
    public int Id { get; } = id;

    public int Tenant { get; } = tenant;

    /// <summary>In the order of the series' tags.</summary>
    public int[] Keys { get; } = keys;

    /// <summary>Series that use it.</summary>
    public int Series { get; set; }
}
