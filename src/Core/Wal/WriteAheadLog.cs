namespace Metrics.Core.Wal;

/// <summary>
/// An append-only log of records in numbered segment files. A record is acknowledged after the operating system has it (so
/// it survives a kill of the process) and, under <see cref="CommitPolicy.EveryBatch"/>, after the disk has it.
/// Safe for any number of concurrent appenders. While one caller writes, the records of others gather and go out with the next
/// write; a caller that meets nobody writes its own record itself and returns completed.
/// </summary>
public sealed partial class WriteAheadLog : IAsyncDisposable
{
    private readonly WalOptions _options;
    private readonly IDisposable _lockFile;
    private readonly SegmentList _finished;
    private readonly WalWriter _writer;
    private readonly Drainer _drainer;
    private readonly Lock _gate = new();
    private readonly Queue<WaitingAppend> _waiting = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Two groups take turns: one gathers records while the other, owned by the writing thread, is written.
    private AppendGroup _gathering = new();
    private AppendGroup? _spare = new();
    private long _waitingBytes;
    private bool _writing;
    private bool _closed;
    private bool _released;

    private WriteAheadLog(WalOptions options, IDisposable lockFile, SegmentList finished, WalWriter writer, WalRecovery recovery)
    {
        _options = options;
        _lockFile = lockFile;
        _finished = finished;
        _writer = writer;
        _drainer = new(this);
        Recovery = recovery;
    }

    /// <summary>What the replay at the start found.</summary>
    public WalRecovery Recovery { get; }

    /// <summary>Where the next record goes.</summary>
    public WalPosition Position => _writer.Position;

    /// <summary>Bytes of all segment files of the log.</summary>
    public long Bytes => _finished.Totals.Bytes + (_writer.Current?.Offset ?? 0);

    /// <summary>Segment files of the log.</summary>
    public int Segments => _finished.Totals.Count + (_writer.Current is null ? 0 : 1);

    /// <summary>Numbers and bytes of the segments before the one being written, oldest first.</summary>
    public IReadOnlyList<SegmentInfo> FinishedSegments => _finished.ToList();

    /// <summary>The number of the oldest segment.</summary>
    public long OldestSegment => _finished.Totals.Oldest ?? Position.Segment;

    /// <summary>The number of the segment that the next record goes to, unless it starts a new one.</summary>
    public long CurrentSegment => Position.Segment;

    /// <summary>
    /// Appends one record. Its payload is copied before this returns. A failed append may still be found by a later replay:
    /// the record was refused, not proven absent.
    /// </summary>
    /// <param name="type">What the payload is; handed back by the replay.</param>
    /// <param name="payload">At most <see cref="WalOptions.MaxRecordBytes"/>.</param>
    /// <param name="cancellationToken">Ends the wait for room in a full queue; a record that is queued is written.</param>
    /// <returns>Completes when the record is as durable as the commit policy says.</returns>
    /// <exception cref="ArgumentException">The payload is too large.</exception>
    /// <exception cref="WalUnavailableException">It could not be written; a later append may succeed.</exception>
    public ValueTask AppendAsync(byte type, ReadOnlySpan<byte> payload, CancellationToken cancellationToken = default)
    {
        if (payload.Length > _options.MaxRecordBytes)
        {
            throw new ArgumentException($"The record has {payload.Length} bytes; at most {_options.MaxRecordBytes} are allowed.", nameof(payload));
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        var payloadCrc = Crc32C.Compute(payload);
        AppendGroup group;
        lock (_gate)
        {
            if (_closed)
            {
                return ValueTask.FromException(new WalUnavailableException("The write-ahead log is closed."));
            }

            if (_writing)
            {
                return Queue(type, payload, payloadCrc, cancellationToken);
            }

            // In this order: should there be no memory for the record, the log is still free for the next.
            _gathering.Add(type, payload, payloadCrc);
            _writing = true;
            group = TakeGathered();
        }

        var failure = _writer.Write(group);
        if (Release(group, failure))
        {
            // Others have queued meanwhile. This caller's record is done, so it does not stay to write theirs.
            ThreadPool.UnsafeQueueUserWorkItem(_drainer, preferLocal: false);
        }

        return failure is null ? ValueTask.CompletedTask : ValueTask.FromException(failure);
    }

    /// <summary>
    /// Starts a new segment, unless the one being written is empty: every record whose append began after this call
    /// goes to it or to a later one.
    /// </summary>
    /// <returns>The new segment's number, once all earlier ones are finished.</returns>
    /// <exception cref="WalUnavailableException">It could not be started; writing goes on where it was.</exception>
    public Task<long> StartSegmentAsync()
    {
        AppendGroup group;
        Task<long> started;
        lock (_gate)
        {
            if (_closed)
            {
                return Task.FromException<long>(new WalUnavailableException("The write-ahead log is closed."));
            }

            started = _gathering.StartSegment();
            if (_writing)
            {
                return started;
            }

            _writing = true;
            group = TakeGathered();
        }

        if (Release(group, _writer.Write(group)))
        {
            ThreadPool.UnsafeQueueUserWorkItem(_drainer, preferLocal: false);
        }

        return started;
    }

    /// <summary>Flushes of whole segments that failed since the start; what they were of may not survive a power cut.</summary>
    public long FailedFlushes => _writer.FailedFlushes;

    /// <summary>
    /// Deletes the finished segments whose number is lower; the one being written always stays. What cannot
    /// be deleted is logged and tried again by the next call.
    /// </summary>
    public void RemoveSegmentsBefore(long segment) => _finished.RemoveBefore(segment);

    /// <summary>Refuses new records, writes those that are queued, forces everything to disk and lets go of the directory.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _closed = true;
            if (!_writing)
            {
                _idle.TrySetResult();
            }
        }

        await _idle.Task;
        lock (_gate)
        {
            if (_released)
            {
                return;
            }

            _released = true;
        }

        _writer.Dispose();
        _lockFile.Dispose();
    }

    /// <summary>Adds to what the next write takes, or waits for room there. Under the lock.</summary>
    private ValueTask Queue(byte type, ReadOnlySpan<byte> payload, uint payloadCrc, CancellationToken cancellationToken)
    {
        if (_waiting.Count == 0 && _gathering.HasRoomFor(payload.Length, _options.MaxPendingBytes))
        {
            _gathering.Add(type, payload, payloadCrc);
            return new(_gathering.Completion);
        }

        if (_waitingBytes + payload.Length > _options.MaxWaitingBytes)
        {
            WalInstruments.Failed("queue");
            return ValueTask.FromException(new WalUnavailableException(
                $"The disk does not keep up: {_waitingBytes} bytes wait to be queued for the write-ahead log."));
        }

        var waiting = new WaitingAppend(type, payload, payloadCrc);
        _waiting.Enqueue(waiting);
        _waitingBytes += payload.Length;
        return waiting.CompleteAsync(cancellationToken);
    }

    /// <summary>Makes the gathered group the one that is written. Under the lock, and only while <see cref="_writing"/>.</summary>
    private AppendGroup TakeGathered()
    {
        var group = _gathering;
        _gathering = _spare!;
        _spare = null;
        Admit();
        return group;
    }

    private void Admit()
    {
        while (_waiting.TryPeek(out var next)
            && (next.IsCancelled || _gathering.HasRoomFor(next.PayloadBytes, _options.MaxPendingBytes)))
        {
            _waiting.Dequeue();
            _waitingBytes -= next.PayloadBytes;
            next.AdmitTo(_gathering);
        }
    }

    /// <summary>Finishes a written group. Returns whether the caller still has to see to the next one.</summary>
    private bool Release(AppendGroup group, WalUnavailableException? failure)
    {
        group.Finish(failure, _writer.Position.Segment);
        lock (_gate)
        {
            _spare = group;
            Admit();
            if (!_gathering.IsEmpty)
            {
                return true;
            }

            _writing = false;
            if (_closed)
            {
                _idle.TrySetResult();
            }

            return false;
        }
    }

    private void Drain()
    {
        AppendGroup group;
        do
        {
            lock (_gate)
            {
                group = TakeGathered();
            }
        }
        while (Release(group, _writer.Write(group)));
    }

    /// <summary>Writes what queued up behind a caller that has returned.</summary>
    private sealed class Drainer(WriteAheadLog log) : IThreadPoolWorkItem
    {
        public void Execute() => log.Drain();
    }
}
