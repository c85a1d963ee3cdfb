using Metrics.Core.Model;

namespace Metrics.Grains.Interfaces.Series;

/// <summary>
/// One time series, on the silo that owns its shard; key: <see cref="SeriesId.ToGuid"/>. It holds the very buffer that the
/// silo's fast lane appends to, so that both see the same points.
/// </summary>
[Alias("metrics.series")]
public interface ISeriesGrain : IGrainWithGuidKey
{
    /// <summary>Appends through the write-ahead log, and returns when the points survive a kill.</summary>
    /// <param name="key">The series' identity; its id must be the grain's key.</param>
    /// <param name="samples">In any order; an array or a list.</param>
    /// <returns>How many were taken; the others were too old or too far ahead.</returns>
    /// <exception cref="ArgumentException">The key is not this grain's, or is not one that a series may have.</exception>
    /// <exception cref="InvalidOperationException">The series is new and a limit on series keeps it out; the message says which.</exception>
    /// <exception cref="Core.Ingestion.WriteUnavailableException">The points cannot be logged now: try again later.</exception>
    [Alias("append")]
    ValueTask<int> Append(SeriesKey key, IReadOnlyList<Sample> samples);

    /// <summary>The points from <paramref name="fromMs"/> (inclusive) to <paramref name="toMs"/> (exclusive), in time order, out of memory and blocks.</summary>
    /// <exception cref="Core.Query.QueryLimitException">They are more than one answer may have: ask for a shorter range.</exception>
    /// <exception cref="IOException">A block that may have some of them cannot be read now, or is damaged.</exception>
    [Alias("query")]
    ValueTask<IReadOnlyList<Sample>> Query(long fromMs, long toMs);

    /// <summary>What the series is and holds, or null when no point was ever written to it.</summary>
    [Alias("describe")]
    ValueTask<SeriesDescription?> Describe();
}

/// <summary>A series at a glance.</summary>
/// <param name="Key">Its identity.</param>
/// <param name="Shard">The shard that holds it.</param>
/// <param name="Silo">The silo that answered.</param>
/// <param name="Samples">Points in memory.</param>
/// <param name="OldestMs">Timestamp of the oldest of them.</param>
/// <param name="NewestMs">Timestamp of the newest.</param>
/// <param name="Bytes">Compressed size of them.</param>
[GenerateSerializer, Immutable, Alias("metrics.series.description")]
public sealed record SeriesDescription(
    [property: Id(0)] SeriesKey Key,
    [property: Id(1)] int Shard,
    [property: Id(2)] string Silo,
    [property: Id(3)] long Samples,
    [property: Id(4)] long OldestMs,
    [property: Id(5)] long NewestMs,
    [property: Id(6)] long Bytes);
