using Metrics.Core.Ingestion;
using Metrics.Core.Model;

namespace Metrics.Grains.Ingestion;

/// <summary>A series whose shard another silo owns, as a sender sees it.</summary>
internal sealed class RemoteSeries(SeriesKey key, int shard) : ISeriesTarget
{
    private volatile SiloAddress? _knownBy;

    public SeriesKey Key { get; } = key;

    public SeriesId Id => Key.Id;

    public int Shard { get; } = shard;

    /// <summary>The silo that has taken the series' key; it is sent the id alone from then on.</summary>
    public SiloAddress? KnownBy
    {
        get => _knownBy;
        set => _knownBy = value;
    }
}
