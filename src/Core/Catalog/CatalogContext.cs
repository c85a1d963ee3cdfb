using Metrics.Core.Files;
using Metrics.Core.ObjectStorage;
using Microsoft.Extensions.Logging;

namespace Metrics.Core.Catalog;

/// <summary>What all shards of a process share.</summary>
/// <param name="Files">Local disk.</param>
/// <param name="Store">The object store.</param>
/// <param name="Views">Where readers find the shards' catalogs.</param>
/// <param name="Spool">The bound on what waits.</param>
/// <param name="Cache">The disk cache; null when the objects are local files.</param>
/// <param name="Wake">Asks for a shard to be pumped.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Gets what happens to blocks.</param>
internal sealed record CatalogContext(
    IFileSystem Files,
    IObjectStore Store,
    ViewSet Views,
    SpoolBudget Spool,
    DiskCache? Cache,
    Action<ShardStore> Wake,
    TimeProvider Time,
    ILogger Logger)
{
    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();
}
