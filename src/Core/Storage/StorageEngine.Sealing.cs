using Metrics.Core.Query;

namespace Metrics.Core.Storage;

/// <content>What sealing needs of the engine: cuts of the log, and what is behind them.</content>
public sealed partial class StorageEngine
{
    /// <summary>
    /// Starts a new segment of the samples' log and waits for the appends under way: every sample in an older segment is in memory
    /// when this returns.
    /// </summary>
    /// <returns>The number of the new segment.</returns>
    public Task<long> CutLogAsync(CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>
    /// Says that every sample of a shard with a timestamp below <paramref name="belowMs"/> and logged before segment
    /// <paramref name="segment"/> is durably in blocks. Remembered on disk, so that a replay passes over them; once all shards have said so, the
    /// segments that hold nothing else are deleted.
    /// </summary>
    public Task MarkSealedAsync(int shard, long segment, long belowMs, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>
    /// Deletes from memory what a selector matches in a range, and logs that, so that a replay does too.
    /// </summary>
    /// <returns>Series that had anything, and samples deleted.</returns>
    public Task<(int Series, long Samples)> DeleteAsync(
        int shard, SeriesSelector selector, long fromMs, long toMs, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>
    /// Lets go of the series of a shard that hold nothing and were not written to since a time: index, limits, table. A point that comes
    /// later makes the series anew; none is lost, whoever holds the old <see cref="Series.LiveSeries"/>.
    /// </summary>
    /// <returns>How many.</returns>
    public int RetireIdle(Shard shard, long idleSinceMs) => throw new NotImplementedException();
}
