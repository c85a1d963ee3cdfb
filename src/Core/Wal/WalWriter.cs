using Metrics.Core.Files;
using Microsoft.Extensions.Logging;

namespace Metrics.Core.Wal;

/// <summary>
/// Puts groups into segment files. <see cref="Write"/> is called by one thread at a time; the background flush of an interval
/// policy runs beside it.
/// </summary>
internal sealed class WalWriter : IDisposable
{
    private readonly string _directory;
    private readonly WalOptions _options;
    private readonly CommitPolicy _policy;
    private readonly IFileSystem _files;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SegmentList _finished;
    private readonly ITimer? _timer;

    /// <summary>Guards flushing against the closing of the file that is being flushed.</summary>
    private readonly Lock _flushGate = new();
    private readonly byte[] _segmentHeader = new byte[WalFormat.SegmentHeaderBytes];
    private volatile SegmentFile? _current;
    private long _nextNumber;
    private bool _directoryChanged;
    private int _flushArmed;
    private long _refused;
    private long _failedFlushes;

    public WalWriter(
        string directory,
        WalOptions options,
        CommitPolicy policy,
        IFileSystem files,
        TimeProvider time,
        ILogger logger,
        SegmentList finished,
        SegmentFile? current,
        long nextNumber)
    {
        _directory = directory;
        _options = options;
        _policy = policy;
        _files = files;
        _time = time;
        _logger = logger;
        _finished = finished;
        _current = current;
        _nextNumber = nextNumber;

        // The file's name may be from before a power cut of its own: force the directory with the first write.
        _directoryChanged = current is not null;
        if (policy.Interval is not null)
        {
            _timer = time.CreateTimer(_ => FlushInBackground(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Where the next record goes.</summary>
    public WalPosition Position => _current is { } current ? new(current.Number, current.Offset) : new(Volatile.Read(ref _nextNumber), 0);

    public SegmentFile? Current => _current;

    /// <summary>Flushes of the background and of finished segments that failed.</summary>
    public long FailedFlushes => Interlocked.Read(ref _failedFlushes);

    /// <summary>Writes a group, and forces it to disk when the policy says so.</summary>
    /// <returns>Null, or why none of the group may be acknowledged.</returns>
    public WalUnavailableException? Write(AppendGroup group)
    {
        try
        {
            var segment = Prepare(group.Bytes, group.StartsSegment);
            if (group.Records == 0)
            {
                return null;
            }

            var before = segment.Offset;
            var started = _time.GetTimestamp();
            segment.Append(group.Seal(segment.Seed));
            WalInstruments.WriteDuration.Record(_time.GetElapsedTime(started).TotalSeconds);
            if (_policy.Interval is null)
            {
                FlushNow(segment, before);
            }
            else
            {
                ArmFlush();
            }
        }
        catch (Exception error)
        {
            return Refuse(error, group.Records);
        }

        WalInstruments.AppendedRecords.Add(group.Records);
        WalInstruments.AppendedBytes.Add(group.Bytes);
        WalInstruments.Groups.Add(1);
        if (_refused > 0)
        {
            WalLog.AvailableAgain(_logger, _refused);
            _refused = 0;
        }

        return null;
    }

    /// <summary>Forces everything to disk and closes the file. No write may be under way.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        if (_current is { } current)
        {
            Retire(current);
        }
    }

    private SegmentFile Prepare(int bytes, bool startsSegment)
    {
        var segment = _current;
        if (segment is not null
            && (segment.IsGivenUp
                || (segment.Offset > WalFormat.SegmentHeaderBytes && (startsSegment || segment.Offset + bytes > _options.SegmentBytes))))
        {
            if (segment.IsGivenUp)
            {
                WalLog.SegmentGivenUp(_logger, segment.Name, segment.Offset, segment.IsTrusted ? "a failed write could not be cut off" : "a flush failed");
            }

            Retire(segment);
            segment = null;
        }

        segment ??= Create();
        if (segment.Offset == 0)
        {
            WalFormat.WriteSegmentHeader(_segmentHeader, segment.Number, _time.GetUtcNow().ToUnixTimeMilliseconds());
            segment.Append(_segmentHeader);
        }

        if (_directoryChanged)
        {
            _files.FlushDirectory(_directory);
            _directoryChanged = false;
        }

        return segment;
    }

    private SegmentFile Create()
    {
        while (_files.FileExists(PathOf(_nextNumber)))
        {
            _nextNumber++;
        }

        var segment = new SegmentFile(_files.Open(PathOf(_nextNumber), FileOpening.CreateNew), _nextNumber, offset: 0);
        _directoryChanged = true;
        _current = segment;
        _nextNumber++;
        WalLog.SegmentStarted(_logger, segment.Name);
        return segment;
    }

    /// <summary>Forces a finished segment to disk, so that only the newest one ever has bytes that a power cut can take.</summary>
    private void Retire(SegmentFile segment)
    {
        FlushAndReport(segment);
        lock (_flushGate)
        {
            _current = null;
            segment.Dispose();
        }

        _finished.Add(new(segment.Number, segment.Offset));
    }

    /// <summary>The flush of the batch policy: when it fails, the group is taken back as far as the disk allows.</summary>
    private void FlushNow(SegmentFile segment, long before)
    {
        try
        {
            Flush(segment);
        }
        catch
        {
            segment.CutBackTo(before);
            throw;
        }
    }

    private void FlushInBackground()
    {
        if (_current is { } current)
        {
            FlushAndReport(current);
        }

        // With a full fence: what a writer appended that still saw the timer armed has to be seen below.
        Interlocked.Exchange(ref _flushArmed, 0);
        if (_current is { IsTrusted: true } now && now.Flushed < now.Offset)
        {
            ArmFlush();
        }
    }

    private void ArmFlush()
    {
        if (Interlocked.Exchange(ref _flushArmed, 1) == 0)
        {
            _timer!.Change(_policy.Interval!.Value, Timeout.InfiniteTimeSpan);
        }
    }

    private void FlushAndReport(SegmentFile segment)
    {
        var from = segment.Flushed;
        try
        {
            Flush(segment);
        }
        catch (Exception error)
        {
            Interlocked.Increment(ref _failedFlushes);
            WalLog.FlushFailed(_logger, error, segment.Name, from, segment.Offset);
        }
    }

    private void Flush(SegmentFile segment)
    {
        lock (_flushGate)
        {
            if (_current != segment)
            {
                return;
            }

            var started = _time.GetTimestamp();
            try
            {
                if (segment.Flush())
                {
                    WalInstruments.FlushDuration.Record(_time.GetElapsedTime(started).TotalSeconds);
                }
            }
            catch
            {
                WalInstruments.Failed("fsync");
                throw;
            }
        }
    }

    private WalUnavailableException Refuse(Exception error, int records)
    {
        var reason = error is DiskFullException
            ? $"The disk that holds the write-ahead log in {_directory} is full: free some space there; writing resumes by itself."
            : $"The write-ahead log in {_directory} cannot be written: {error.Message}";
        WalInstruments.Failed("write");
        if (_refused == 0)
        {
            WalLog.Unavailable(_logger, error, reason);
        }

        _refused += records;
        return new(reason, error);
    }

    private string PathOf(long number) => Path.Combine(_directory, SegmentName.Of(number));
}
