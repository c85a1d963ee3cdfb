using Metrics.Core.Query;

namespace Metrics.Grains.Interfaces.Storage;

/// <summary>What is kept, for how long, and what is deleted by hand; over all silos. Key 0; any silo answers.</summary>
[Alias("metrics.storage")]
public interface IStorageGrain : IGrainWithIntegerKey
{
    /// <summary>What is stored where, as the JSON object that <c>GET /api/v1/status/storage</c> answers.</summary>
    [Alias("status")]
    ValueTask<string> GetStatus(CancellationToken cancellationToken = default);

    /// <summary>Deletes what series hold in a range, if they are as many as the caller thinks.</summary>
    /// <param name="selector">Which series.</param>
    /// <param name="fromMs">Inclusive; <see cref="long.MinValue"/> for no beginning.</param>
    /// <param name="toMs">Exclusive; <see cref="long.MaxValue"/> for no end.</param>
    /// <param name="expectedSeries">How many match; null: they are only counted.</param>
    [Alias("delete"), ResponseTimeout("01:00:00")]
    ValueTask<ConfirmedChange> DeleteSeries(SeriesSelector selector, long fromMs, long toMs, long? expectedSeries);

    /// <summary>How long data is kept.</summary>
    [Alias("retention")]
    ValueTask<RetentionRules> GetRetention();

    /// <summary>Adds or replaces a policy by name; it holds for data that is there already too.</summary>
    /// <param name="policy">What is kept how long.</param>
    /// <param name="expectedSeries">How many series the policy, or the one it replaces, matches; null: they are only counted.</param>
    /// <exception cref="InvalidOperationException">A policy of that name comes from the settings, or there are too many.</exception>
    [Alias("putPolicy"), ResponseTimeout("01:00:00")]
    ValueTask<ConfirmedChange> PutPolicy(RetentionPolicyRule policy, long? expectedSeries);

    /// <summary>Removes a policy that <see cref="PutPolicy"/> added.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="expectedSeries">How many series it matches; null: they are only counted.</param>
    /// <returns>Null when there is none of that name.</returns>
    /// <exception cref="InvalidOperationException">The policy comes from the settings.</exception>
    [Alias("removePolicy"), ResponseTimeout("01:00:00")]
    ValueTask<ConfirmedChange?> RemovePolicy(string name, long? expectedSeries);

    /// <summary>
    /// Writes all of memory to blocks, open windows included, and returns when the object store has them and every catalog lists them:
    /// what it has then is all that was acknowledged before the call. For backups.
    /// </summary>
    [Alias("flush"), ResponseTimeout("01:00:00")]
    ValueTask Flush(CancellationToken cancellationToken = default);

    /// <summary>Looks at blocks again, and sets those aside that are damaged: they are not read any more, and never deleted.</summary>
    /// <param name="blocks">Names of blocks; those that there are not are passed over.</param>
    /// <returns>How many are damaged.</returns>
    [Alias("recheck"), ResponseTimeout("01:00:00")]
    ValueTask<int> Recheck(string[] blocks);
}

/// <summary>What became of a change that its caller had to confirm by a count.</summary>
/// <param name="Series">Series that it concerns.</param>
/// <param name="Done">False: nothing was changed, since the caller named no count or another one.</param>
[GenerateSerializer, Immutable, Alias("metrics.confirmed")]
public sealed record ConfirmedChange([property: Id(0)] long Series, [property: Id(1)] bool Done);

/// <summary>A retention policy: the first that matches a series, in order, says how long its data is kept.</summary>
/// <param name="Name">Its name, unique.</param>
/// <param name="Metric">A metric name in which <c>*</c> stands for any characters.</param>
/// <param name="Tags">All must hold.</param>
/// <param name="RawMs">Milliseconds that raw data is kept; null: as by default.</param>
/// <param name="MinuteMs">The same for the 1-minute rollup.</param>
/// <param name="HourMs">The same for the 1-hour rollup.</param>
/// <param name="DayMs">The same for the 1-day rollup.</param>
/// <param name="FromSettings">Whether it is fixed by the settings.</param>
[GenerateSerializer, Immutable, Alias("metrics.retentionPolicy")]
public sealed record RetentionPolicyRule(
    [property: Id(0)] string Name,
    [property: Id(1)] string Metric,
    [property: Id(2)] TagMatcher[] Tags,
    [property: Id(3)] long? RawMs,
    [property: Id(4)] long? MinuteMs,
    [property: Id(5)] long? HourMs,
    [property: Id(6)] long? DayMs,
    [property: Id(7)] bool FromSettings = false);

/// <summary>All retention rules in force.</summary>
/// <param name="Default">What holds for series that no policy matches.</param>
/// <param name="Policies">In the order in which they are looked at.</param>
[GenerateSerializer, Immutable, Alias("metrics.retentionRules")]
public sealed record RetentionRules([property: Id(0)] RetentionPolicyRule Default, [property: Id(1)] RetentionPolicyRule[] Policies);
