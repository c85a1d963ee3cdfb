using Metrics.Core.Files;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Metrics.Core.Wal;

public sealed partial class WriteAheadLog
{
    private const string LockFileName = "wal.lock";

    /// <summary>
    /// Takes the directory, replays every record found there through the handler, and is then ready to append. Corrupt content
    /// is skipped and described in <see cref="Recovery"/>; it never fails the start. Calls the handler on this thread, in the order
    /// in which the records were written.
    /// </summary>
    /// <param name="directory">Created when it does not exist.</param>
    /// <param name="options">Checked by <see cref="WalOptionsValidator"/>.</param>
    /// <param name="files">Where the directory is.</param>
    /// <param name="onRecord">Takes the records.</param>
    /// <param name="time">Times flushes and durations.</param>
    /// <param name="logger">Gets corruptions, failures and recoveries.</param>
    /// <param name="progress">Gets the replay's progress, on this thread, block by block; what it throws ends the opening.</param>
    /// <exception cref="OptionsValidationException">A setting is out of its range.</exception>
    /// <exception cref="FileLockedException">Another process uses the directory; the message names it.</exception>
    /// <exception cref="IOException">The directory cannot be created, locked or listed.</exception>
    public static WriteAheadLog Open(
        string directory,
        WalOptions options,
        IFileSystem files,
        WalRecordHandler onRecord,
        TimeProvider time,
        ILogger logger,
        IProgress<WalReplayProgress>? progress = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(onRecord);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(logger);
        var validation = new WalOptionsValidator().Validate(null, options);
        if (validation.Failed || !CommitPolicy.TryParse(options.Commit, out var policy))
        {
            throw new OptionsValidationException(WalOptions.Section, typeof(WalOptions), validation.Failures);
        }

        files.CreateDirectory(directory);
        var lockFile = TakeLock(directory, files);
        try
        {
            var replay = new WalReplay(directory, files, onRecord, logger, progress);
            replay.Run(time);
            var recovery = replay.Recovery;
            WalLog.Replayed(
                logger, recovery.Records, recovery.Bytes, recovery.Segments, recovery.CorruptionCount, (long)recovery.Duration.TotalMilliseconds);
            var current = Resume(directory, files, logger, replay);
            var finished = new SegmentList(directory, files, logger);
            foreach (var segment in replay.Segments)
            {
                if (segment.Number != current?.Number)
                {
                    finished.Add(segment);
                }
            }

            var next = replay.Segments.Count == 0 ? 1 : replay.Segments[^1].Number + 1;
            var writer = new WalWriter(directory, options, policy, files, time, logger, finished, current, next);
            return new WriteAheadLog(options, lockFile, finished, writer, recovery);
        }
        catch
        {
            lockFile.Dispose();
            throw;
        }
    }

    private static IDisposable TakeLock(string directory, IFileSystem files)
    {
        try
        {
            return files.Lock(Path.Combine(directory, LockFileName));
        }
        catch (FileLockedException error)
        {
            throw new FileLockedException(
                $"The write-ahead log in {directory} is in use by another process: stop that one, or set another data path.", error);
        }
    }

    /// <summary>
    /// Cuts the torn tail off the newest segment and forces the segment to disk: a kill may have left acknowledged bytes with
    /// the operating system only. Whatever fails here only means that writing goes on in a new segment.
    /// </summary>
    private static SegmentFile? Resume(string directory, IFileSystem files, ILogger logger, WalReplay replay)
    {
        if (replay.Segments.Count == 0)
        {
            return null;
        }

        var last = replay.Segments[^1];
        IFile? file = null;
        try
        {
            file = files.Open(Path.Combine(directory, SegmentName.Of(last.Number)), FileOpening.ReadWrite);
            if (replay.Recovery.TornAt is { } torn && torn.Segment == last.Number)
            {
                file.Truncate(torn.Offset);
            }

            file.FlushToDisk();
            if (replay.Resumable is { } resumable)
            {
                return new SegmentFile(file, resumable.Number, resumable.GoodBytes);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            WalLog.SegmentGivenUp(logger, SegmentName.Of(last.Number), last.Bytes, error.Message);
        }

        file?.Dispose();
        return null;
    }
}
