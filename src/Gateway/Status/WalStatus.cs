using Metrics.Core.Storage;
using Metrics.Core.Wal;

namespace Metrics.Gateway.Status;

/// <summary>What <c>GET /api/v1/status/wal</c> answers.</summary>
/// <param name="State">Whether the log is being replayed.</param>
/// <param name="Directory">The data set's directory, absolute.</param>
/// <param name="Progress">How far the replay is, while there is one.</param>
/// <param name="OrphanedSamples">Samples whose series' definition is damaged in both logs.</param>
/// <param name="Logs">Empty until they are replayed.</param>
internal sealed record WalStatus(
    EngineState State, string Directory, WalStatus.ReplayProgress? Progress, long OrphanedSamples, IReadOnlyList<WalStatus.Log> Logs)
{
    public static WalStatus Of(StorageEngine engine)
    {
        var progress = engine.State == EngineState.Replaying
            ? new ReplayProgress(engine.ReplayProgress.BytesRead, engine.ReplayProgress.BytesTotal)
            : null;
        return new(engine.State, engine.Directory, progress, engine.OrphanedSamples, [.. engine.Logs.Select(Log.Of)]);
    }

    public sealed record ReplayProgress(long BytesRead, long BytesTotal);

    public sealed record Log(string Name, long Bytes, int Segments, Replay Replay)
    {
        public static Log Of(LogStatus log) => new(log.Name, log.Bytes, log.Segments, Replay.Of(log.Recovery));
    }

    /// <summary>What was read at the start, and what could not be.</summary>
    public sealed record Replay(
        int Segments,
        long Records,
        long Bytes,
        double Seconds,
        long CorruptionCount,
        long CorruptBytes,
        IReadOnlyList<WalCorruption> Corruptions,
        TornTail? TornTail)
    {
        public static Replay Of(WalRecovery recovery) => new(
            recovery.Segments,
            recovery.Records,
            recovery.Bytes,
            recovery.Duration.TotalSeconds,
            recovery.CorruptionCount,
            recovery.CorruptBytes,
            recovery.Corruptions,
            recovery.TornAt is { } torn ? new TornTail(torn.SegmentFile, torn.Offset, recovery.TornBytes) : null);
    }

    /// <summary>An unfinished write at the end of the newest segment.</summary>
    public sealed record TornTail(string Segment, long Offset, long Bytes);
}
