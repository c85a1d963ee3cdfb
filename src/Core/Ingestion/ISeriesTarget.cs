using Metrics.Core.Model;

namespace Metrics.Core.Ingestion;

/// <summary>Where the points of a series go: to the buffer in this process, or to the silo that owns its shard.</summary>
public interface ISeriesTarget
{
    SeriesId Id { get; }

    int Shard { get; }
}
