using Metrics.Core.Files;
using Metrics.Core.ObjectStorage;
using Microsoft.Extensions.Logging;

namespace Metrics.Core.Catalog;

/// <summary>What all shards of a process share.</summary>
/// <param name="Files">Local disk.</param>
/// <param name="Open">Blocks on local disk that readers have open.</param>
/// <param name="Store">The object store.</param>
/// <param name="Views">Where readers find the shards' catalogs.</param>
/// <param name="Spool">The bound on what waits.</param>
/// <param name="Cache">The disk cache; null when the objects are local files.</param>
/// <param name="Wake">Asks for a shard to be pumped.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Gets what happens to blocks.</param>
internal sealed record CatalogContext(
    IFileSystem Files,
    OpenFiles Open,
    IObjectStore Store,
    ViewSet Views,
    SpoolBudget Spool,
    DiskCache? Cache,
    Action<ShardStore> Wake,
    TimeProvider Time,
    ILogger Logger)
{
    /// <summary>Where an object is on local disk; null with a distant store.</summary>
    public string? LocalPathOf(string name) =>
        Store.LocalDirectory is { } directory ? Path.Combine(directory, name.Replace('/', Path.DirectorySeparatorChar)) : null;

    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();
}
