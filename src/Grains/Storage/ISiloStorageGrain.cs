using Metrics.Core.Query;

namespace Metrics.Grains.Storage;

/// <summary>
/// What one silo stores; see <see cref="Placement.SiloPlacement"/>. What reads blocks or writes them may take long: whoever asked waits for it. A disk
/// or a store that fails is a <see cref="Core.Ingestion.WriteUnavailableException"/>.
/// </summary>
[Alias("metrics.silo.storage")]
internal interface ISiloStorageGrain : IGrainWithStringKey
{
    [Alias("status")]
    ValueTask<StorageReport> GetStatus();

    /// <summary>Series of the silo's shards that match and hold anything in a range.</summary>
    [Alias("count"), ResponseTimeout("01:00:00")]
    ValueTask<long> CountSeries(SeriesSelector selector, long fromMs, long toMs);

    /// <summary>Series of the silo's shards that a retention policy fits.</summary>
    [Alias("countPolicy"), ResponseTimeout("01:00:00")]
    ValueTask<long> CountSeriesOf(string metricPattern, TagMatcher[] tags);

    [Alias("delete"), ResponseTimeout("01:00:00")]
    ValueTask<long> DeleteSeries(SeriesSelector selector, long fromMs, long toMs);

    [Alias("flush"), ResponseTimeout("01:00:00")]
    ValueTask Flush();

    /// <summary>Looks at blocks again, and sets those aside that are damaged.</summary>
    /// <returns>How many were.</returns>
    [Alias("recheck"), ResponseTimeout("01:00:00")]
    ValueTask<int> Recheck(string[] blocks);

    /// <summary>Takes over retention policies that another silo has set.</summary>
    [Alias("refreshRetention")]
    ValueTask RefreshRetention();
}
