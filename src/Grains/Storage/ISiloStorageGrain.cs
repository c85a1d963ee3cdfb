using Metrics.Core.Query;

namespace Metrics.Grains.Storage;

/// <summary>What one silo stores; see <see cref="Placement.SiloPlacement"/>.</summary>
[Alias("metrics.silo.storage")]
internal interface ISiloStorageGrain : IGrainWithStringKey
{
    [Alias("status")]
    ValueTask<StorageReport> GetStatus();

    /// <summary>Series of the silo's shards that match and hold anything in a range.</summary>
    [Alias("count")]
    ValueTask<long> CountSeries(SeriesSelector selector, long fromMs, long toMs);

    /// <summary>Series of the silo's shards that a retention policy fits.</summary>
    [Alias("countPolicy")]
    ValueTask<long> CountSeriesOf(string metricPattern, TagMatcher[] tags);

    [Alias("delete")]
    ValueTask<long> DeleteSeries(SeriesSelector selector, long fromMs, long toMs);

    /// <exception cref="Core.Ingestion.WriteUnavailableException">Not everything of the silo is in the object store.</exception>
    [Alias("flush")]
    [ResponseTimeout("01:00:00")]
    ValueTask Flush();

    /// <summary>Looks at blocks again, and sets those aside that are damaged.</summary>
    /// <returns>How many were.</returns>
    [Alias("recheck")]
    [ResponseTimeout("01:00:00")]
    ValueTask<int> Recheck(string[] blocks);

    /// <summary>Takes over retention policies that another silo has set.</summary>
    [Alias("refreshRetention")]
    ValueTask RefreshRetention();
}
