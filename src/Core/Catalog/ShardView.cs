namespace Metrics.Core.Catalog;

/// <summary>
/// What a reader of one shard goes by: from <see cref="HotFromMs"/> on memory is complete and blocks are not needed; before it
/// the blocks hold everything but the late samples in memory that are not sealed yet, which win over the blocks'. Immutable.
/// </summary>
/// <param name="Shard">The shard's number.</param>
/// <param name="Catalog">Its blocks, those that still wait on local disk for the object store included.</param>
/// <param name="HotFromMs">Inclusive; <see cref="long.MinValue"/> as long as there are no blocks at all.</param>
/// <param name="Problem">Why blocks may be missing from the catalog (the store was never reached since the start), or null.</param>
public sealed record ShardView(int Shard, ShardCatalog Catalog, long HotFromMs, string? Problem = null);

/// <summary>
/// Views of all shards as of one moment. While it is held, nothing that the views speak of goes away: not from memory, not from disk,
/// not from the store. Short: a query's time.
/// </summary>
public interface IViewLease : IDisposable
{
    ShardView this[int shard] { get; }
}

/// <summary>Gives readers consistent views of the shards' blocks and memory.</summary>
public interface IShardViews
{
    /// <summary>Never waits.</summary>
    IViewLease Lease();
}

/// <summary>Opens the bytes of blocks, from the nearest tier that has them.</summary>
public interface IBlockFiles
{
    /// <summary>Never reads anything yet. The caller disposes of it.</summary>
    Blocks.IBlockFile Open(int shard, BlockInfo block);
}
