using Metrics.Core.Catalog;
using Metrics.Core.Storage;

namespace Metrics.Core.Maintenance;

/// <summary>Opens what a data set has on local disk, in the order that it needs.</summary>
public static class DataSetOpening
{
    /// <summary>
    /// First the blocks, as local disk knows them, then the log: the engine says that it is ready when there are views to read by. The object
    /// store is not waited for.
    /// </summary>
    /// <exception cref="IOException">The local disk cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">It was ended early; both can then only be disposed of.</exception>
    public static async Task OpenAsync(StorageEngine engine, ShardStores stores, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(stores);
        engine.Acquire();
        await stores.OpenAsync(engine.Manifest.ShardCount, cancellation);
        await Task.Run(() => engine.Open(cancellation), cancellation);
    }
}
