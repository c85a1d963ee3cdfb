namespace Metrics.Core.Catalog;

/// <summary>What a shard has in blocks: one immutable version of it.</summary>
/// <param name="Epoch">Which owner wrote it; every take-over adds one.</param>
/// <param name="Version">Counts changes.</param>
/// <param name="NextSequence">For the next block or tombstone.</param>
/// <param name="Blocks">By resolution, start and sequence.</param>
/// <param name="Tombstones">In order of sequence.</param>
/// <param name="Damaged">Blocks that were found damaged: set aside, not read, never deleted.</param>
public sealed record ShardCatalog(
    long Epoch,
    long Version,
    long NextSequence,
    IReadOnlyList<BlockInfo> Blocks,
    IReadOnlyList<Tombstone> Tombstones,
    IReadOnlyList<DamagedBlock> Damaged)
{
    public static readonly ShardCatalog Empty = new(0, 0, 1, [], [], []);
}

/// <summary>A block that is not read any more.</summary>
/// <param name="Block">The block.</param>
/// <param name="Reason">What is wrong with it, and where.</param>
/// <param name="FoundAtMs">When that was found.</param>
public sealed record DamagedBlock(BlockInfo Block, string Reason, long FoundAtMs);

/// <summary>What one step of sealing, rolling up, compacting, deleting does to a catalog: all of it or nothing.</summary>
/// <param name="Add">New blocks; their bytes are on local disk already.</param>
/// <param name="Remove">Names of blocks that the new ones stand for, or that retention removes.</param>
/// <param name="RolledUp">Names of raw blocks whose samples are in the rollups from now on.</param>
/// <param name="AddTombstones">New ones.</param>
/// <param name="RemoveTombstones">Ids of tombstones that no block is left for.</param>
/// <param name="SetAside">Blocks found damaged.</param>
/// <param name="Reason">For the log: <c>sealed</c>, <c>rolled up</c>, <c>compacted</c>, <c>retention</c>, <c>deleted</c>, <c>damaged</c>.</param>
public sealed record CatalogChange(
    IReadOnlyList<NewBlock> Add,
    IReadOnlyList<string> Remove,
    IReadOnlyList<string> RolledUp,
    IReadOnlyList<Tombstone> AddTombstones,
    IReadOnlyList<string> RemoveTombstones,
    IReadOnlyList<DamagedBlock> SetAside,
    string Reason)
{
    public static CatalogChange Of(string reason) => new([], [], [], [], [], [], reason);
}

/// <summary>A block that was written to local disk and is to be published.</summary>
/// <param name="Info">What the catalog will say of it.</param>
/// <param name="Path">The local file, flushed to disk, in the directory that <see cref="ShardStore.NewBlockPath"/> named.</param>
public sealed record NewBlock(BlockInfo Info, string Path);
