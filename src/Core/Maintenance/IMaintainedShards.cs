using Metrics.Core.Catalog;

namespace Metrics.Core.Maintenance;

/// <summary>The shards' blocks, as maintenance needs them.</summary>
public interface IMaintainedShards
{
    /// <summary>A shard's blocks.</summary>
    ShardStore this[int shard] { get; }

    /// <summary>From when on memory is all that is read of a shard.</summary>
    long HotFromMs(int shard);

    /// <summary>Moves that on; readers that begin afterwards go by it.</summary>
    void MoveHotBorder(int shard, long hotFromMs);

    /// <summary>Completes when nobody reads by views that are older than the present ones.</summary>
    Task WaitForOlderReadersAsync(CancellationToken cancellation);
}
