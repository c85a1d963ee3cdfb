using Metrics.Core.Ingestion;
using Metrics.Core.Series;
using Metrics.Grains.Placement;

namespace Metrics.Grains.Ingestion;

/// <summary>
/// Where the points of known wire keys go, at one view of the membership. When shards change hands everything is looked up
/// anew, in routes of their own, so that no point needs to ask whether its series is still where it was.
/// </summary>
internal sealed class SeriesRoutes(ShardMap shards, int maxEntries)
{
    public ShardMap Shards { get; } = shards;

    /// <summary>Series that this silo owns.</summary>
    public WireKeyCache<LiveSeries> Local { get; } = new(maxEntries);

    /// <summary>Series that another silo owns.</summary>
    public WireKeyCache<RemoteSeries> Remote { get; } = new(maxEntries);
}
