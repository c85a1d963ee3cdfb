using System.Buffers;

namespace Metrics.Core.Wal;

/// <summary>An append that found the queue full: it holds a copy of its payload until there is room.</summary>
internal sealed class WaitingAppend
{
    private readonly TaskCompletionSource<Task> _admitted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte _type;
    private readonly uint _payloadCrc;
    private readonly byte[] _payload;
    private int _decided;

    public WaitingAppend(byte type, ReadOnlySpan<byte> payload, uint payloadCrc)
    {
        _type = type;
        _payloadCrc = payloadCrc;
        PayloadBytes = payload.Length;
        _payload = ArrayPool<byte>.Shared.Rent(payload.Length);
        payload.CopyTo(_payload);
    }

    public int PayloadBytes { get; }

    public bool IsCancelled => Volatile.Read(ref _decided) == 2;

    /// <summary>Moves the record into a group unless it was cancelled. Called once, by whoever took this off the queue.</summary>
    public void AdmitTo(AppendGroup group)
    {
        if (Interlocked.CompareExchange(ref _decided, 1, 0) == 0)
        {
            group.Add(_type, _payload.AsSpan(0, PayloadBytes), _payloadCrc);
            _admitted.SetResult(group.Completion);
        }

        ArrayPool<byte>.Shared.Return(_payload);
    }

    /// <summary>Completes when the record is written; cancellation counts only while it still waits for room.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        Task written;
        using (cancellationToken.UnsafeRegister(static (state, token) => ((WaitingAppend)state!).Cancel(token), this))
        {
            written = await _admitted.Task;
        }

        await written;
    }

    private void Cancel(CancellationToken token)
    {
        if (Interlocked.CompareExchange(ref _decided, 2, 0) == 0)
        {
            _admitted.SetCanceled(token);
        }
    }
}
