namespace Metrics.Core.Catalog;

/// <summary>
/// One shard's blocks: its catalog in the object store, fenced by an epoch, and on local disk what waits to get there.
/// </summary>
public sealed class ShardStore
{
    public int Shard => throw new NotImplementedException();

    /// <summary>The catalog with everything applied that is on local disk.</summary>
    public ShardCatalog Catalog => throw new NotImplementedException();

    /// <summary>Whether this process owns the shard in the store, waits for the store to answer, or has been fenced off.</summary>
    public ShardStoreState State => throw new NotImplementedException();

    /// <summary>A sequence number for a block or tombstone; higher than all before.</summary>
    public long NextSequence() => throw new NotImplementedException();

    /// <summary>Where a new block's file is to be written: unique, in the spool directory.</summary>
    /// <returns>The object's name and the local path.</returns>
    public (string Name, string Path) NewBlockPath(Blocks.Resolution resolution, long fromMs, long toMs, long sequence) => throw new NotImplementedException();

    /// <summary>
    /// Makes a change durable on local disk and visible to readers. The object store gets it behind this call, in order; until
    /// then its blocks are read from local disk, and a restart goes on where this process stopped.
    /// </summary>
    /// <exception cref="SpoolFullException">As much as may wait on local disk does.</exception>
    /// <exception cref="ShardFencedException">Another process owns the shard.</exception>
    /// <exception cref="IOException">The local disk failed; nothing has changed.</exception>
    public Task ApplyAsync(CatalogChange change, CancellationToken cancellation = default) => throw new NotImplementedException();
}

/// <summary>How a shard's store stands.</summary>
public enum ShardStoreState
{
    /// <summary>The object store has not confirmed the ownership yet; local work goes on.</summary>
    Acquiring,

    /// <summary>This process owns the shard.</summary>
    Owned,

    /// <summary>Another process took the shard over: nothing is written any more.</summary>
    Fenced,
}

/// <summary>The bound on what waits on local disk for the object store is reached.</summary>
public sealed class SpoolFullException(string message) : IOException(message);

/// <summary>Another process has taken the shard over.</summary>
public sealed class ShardFencedException(string message) : InvalidOperationException(message);
