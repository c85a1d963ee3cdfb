using Metrics.Core.Ingestion;
using Metrics.Core.Model;

namespace Metrics.Grains.Ingestion;

/// <summary>A series whose shard another silo owns, as a sender sees it.</summary>
internal sealed class RemoteSeries(SeriesKey key, int shard) : ISeriesTarget
{
    private volatile SiloAddress? _knownBy;
    private volatile RemoteRefusal? _refusal;

    public SeriesKey Key { get; } = key;

    public SeriesId Id => Key.Id;

    public int Shard { get; } = shard;

    /// <summary>The silo that has taken the series' key; it is sent the id alone from then on.</summary>
    public SiloAddress? KnownBy
    {
        get => _knownBy;
        set => _knownBy = value;
    }

    /// <summary>Why the owner last kept the series out, or null. The first points of it were lost to that unseen; those that follow are refused here.</summary>
    public RemoteRefusal? Refusal
    {
        get => _refusal;
        set => _refusal = value;
    }
}

/// <summary>An owner's refusal of a new series.</summary>
/// <param name="Result">What a sender is told.</param>
/// <param name="Sentence">With the owner's figures.</param>
/// <param name="At">When: <see cref="TimeProvider.GetTimestamp"/>.</param>
internal sealed record RemoteRefusal(AddResult Result, string Sentence, long At);
