using Metrics.Core.Ingestion;
using Metrics.Core.Model;

namespace Metrics.Core.Series;

/// <summary>A series that this process holds: its identity in numbers, and its buffer.</summary>
/// <param name="id">The identity.</param>
/// <param name="shard">The shard that holds it.</param>
/// <param name="ordinal">Its number in the shard's index, where its name and tags are.</param>
/// <param name="reference">Its number in the write-ahead log.</param>
public sealed class LiveSeries(SeriesId id, int shard, int ordinal, uint reference) : SeriesBuffer, ISeriesTarget
{
    private volatile bool _isDefined;

    public SeriesId Id { get; } = id;

    public int Shard { get; } = shard;

    public int Ordinal { get; } = ordinal;

    public uint Reference { get; } = reference;

    /// <summary>Whether the write-ahead log knows what <see cref="Reference"/> stands for.</summary>
    public bool IsDefined
    {
        get => _isDefined;
        set => _isDefined = value;
    }
}
