namespace Metrics.Core.Wal;

/// <summary>Records that go to disk with one write. Filled under the log's lock, then owned by the one who writes it.</summary>
internal sealed class AppendGroup
{
    private const int InitialBytes = 64 * 1024;

    private byte[] _buffer = new byte[InitialBytes];
    private int _length;
    private TaskCompletionSource? _completion;
    private TaskCompletionSource<long>? _cut;

    public int Records { get; private set; }

    public int Bytes => _length;

    /// <summary>Completes when the group is written; asked for by appends that another caller writes.</summary>
    public Task Completion => (_completion ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Whether the records go to a new segment.</summary>
    public bool StartsSegment => _cut is not null;

    public bool IsEmpty => Records == 0 && _cut is null;

    /// <summary>Whether a record fits under a limit. An empty group takes any one record.</summary>
    public bool HasRoomFor(int payloadBytes, int maxBytes) =>
        _length == 0 || (long)_length + WalFormat.RecordHeaderBytes + payloadBytes <= maxBytes;

    public void Add(byte type, ReadOnlySpan<byte> payload, uint payloadCrc)
    {
        var needed = checked(_length + WalFormat.RecordHeaderBytes + payload.Length);
        if (needed > _buffer.Length)
        {
            Array.Resize(ref _buffer, (int)Math.Max(needed, Math.Min(2L * _buffer.Length, Array.MaxLength)));
        }

        var record = _buffer.AsSpan(_length);
        WalFormat.WriteRecordHeader(record, type, payload.Length, payloadCrc);
        payload.CopyTo(record[WalFormat.RecordHeaderBytes..]);
        _length = needed;
        Records++;
    }

    /// <summary>Asks for a new segment before the records. Gives its number when they are written.</summary>
    public Task<long> StartSegment() => (_cut ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Ties the records to the segment that they go to, and gives their bytes.</summary>
    public ReadOnlySpan<byte> Seal(uint segmentSeed)
    {
        for (var at = 0; at < _length;)
        {
            at += WalFormat.RecordHeaderBytes + WalFormat.SealRecordHeader(_buffer.AsSpan(at, WalFormat.RecordHeaderBytes), segmentSeed);
        }

        return _buffer.AsSpan(0, _length);
    }

    /// <summary>Tells those who wait, and empties the group for its next use.</summary>
    public void Finish(WalUnavailableException? failure, long segment)
    {
        var completion = _completion;
        var cut = _cut;
        _completion = null;
        _cut = null;
        _length = 0;
        Records = 0;
        if (failure is null)
        {
            completion?.SetResult();
            cut?.SetResult(segment);
        }
        else
        {
            completion?.SetException(failure);
            cut?.SetException(failure);
        }
    }
}
