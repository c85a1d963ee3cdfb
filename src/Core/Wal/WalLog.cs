using Microsoft.Extensions.Logging;

namespace Metrics.Core.Wal;

internal static partial class WalLog
{
    [LoggerMessage(1, LogLevel.Warning, "WAL segment {Segment} at offset {Offset}: {Bytes} bytes skipped: {Reason}")]
    public static partial void Corrupt(ILogger logger, string segment, long offset, long bytes, string reason);

    [LoggerMessage(2, LogLevel.Information, "WAL segment {Segment} ends in an unfinished write at offset {Offset}: {Bytes} bytes cut: {Reason}")]
    public static partial void TornTail(ILogger logger, string segment, long offset, long bytes, string reason);

    [LoggerMessage(3, LogLevel.Information, "WAL replayed: {Records} records, {Bytes} payload bytes, {Segments} segments, {Corruptions} corruptions, {Milliseconds} ms")]
    public static partial void Replayed(ILogger logger, long records, long bytes, int segments, long corruptions, long milliseconds);

    [LoggerMessage(4, LogLevel.Error, "WAL cannot be written; appends are refused until it can: {Reason}")]
    public static partial void Unavailable(ILogger logger, Exception error, string reason);

    [LoggerMessage(5, LogLevel.Information, "WAL is written again; {Refused} records were refused meanwhile")]
    public static partial void AvailableAgain(ILogger logger, long refused);

    [LoggerMessage(6, LogLevel.Error, "WAL segment {Segment} could not be flushed: bytes {From} to {To} are acknowledged, and survive the process but perhaps not a power cut; writing goes on in a new segment")]
    public static partial void FlushFailed(ILogger logger, Exception error, string segment, long from, long to);

    [LoggerMessage(7, LogLevel.Warning, "WAL segment {Segment} is given up at offset {Offset} and a new one started: {Reason}")]
    public static partial void SegmentGivenUp(ILogger logger, string segment, long offset, string reason);

    [LoggerMessage(8, LogLevel.Debug, "WAL segment {Segment} started")]
    public static partial void SegmentStarted(ILogger logger, string segment);

    [LoggerMessage(9, LogLevel.Warning, "WAL segment {Segment} could not be removed; the next removal tries again")]
    public static partial void RemoveFailed(ILogger logger, Exception error, string segment);
}
