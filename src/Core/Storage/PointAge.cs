using System.Globalization;
using Metrics.Core.Ingestion;
using Metrics.Core.Model;

namespace Metrics.Core.Storage;

/// <summary>The oldest and the newest timestamp that is taken, at one reading of the clock.</summary>
/// <param name="OldestMs">Inclusive.</param>
/// <param name="NewestMs">Inclusive.</param>
public readonly record struct PointAge(long OldestMs, long NewestMs)
{
    public static PointAge At(DateTimeOffset now, PointAgeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var nowMs = now.ToUnixTimeMilliseconds();
        return new(nowMs - (long)options.MaxAge.TotalMilliseconds, nowMs + (long)options.MaxAhead.TotalMilliseconds);
    }

    public AddResult Check(long timestampMs) =>
        timestampMs < OldestMs ? AddResult.TooOld : timestampMs > NewestMs ? AddResult.TooFarAhead : AddResult.Added;

    /// <summary>The sentence for a refused timestamp.</summary>
    public FieldProblem Describe(AddResult result, long timestampMs) => result == AddResult.TooOld
        ? new("timestamp", $"{Format(timestampMs)} is older than {Format(OldestMs)}, the oldest that Metrics:Ingest:MaxAge allows")
        : new("timestamp", $"{Format(timestampMs)} is further ahead than {Format(NewestMs)}, the newest that Metrics:Ingest:MaxAhead allows");

    private static string Format(long timestampMs)
    {
        // What DateTimeOffset can show; a timestamp may be any int64.
        const long Min = -62_135_596_800_000, Max = 253_402_300_799_999;
        return timestampMs is < Min or > Max
            ? string.Create(CultureInfo.InvariantCulture, $"{timestampMs} ms")
            : DateTimeOffset.FromUnixTimeMilliseconds(timestampMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
    }
}
