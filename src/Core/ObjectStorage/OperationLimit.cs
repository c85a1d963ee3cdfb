namespace Metrics.Core.ObjectStorage;

/// <summary>
/// The time limit of one operation on a store. Large objects get a second more for each MiB, so that a limit which finds a dead store soon
/// does not forbid what a slow line needs time for.
/// </summary>
public sealed class OperationLimit : IDisposable
{
    private const int BytesPerExtraSecond = 1024 * 1024;

    private readonly TimeSpan _timeout;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;

    /// <param name="timeout">The limit of a small operation.</param>
    /// <param name="bytes">What is moved.</param>
    /// <param name="time">Clock of the limit.</param>
    /// <param name="caller">The caller's own wish to give up.</param>
    public OperationLimit(TimeSpan timeout, long bytes, TimeProvider time, CancellationToken caller)
    {
        _timeout = timeout + TimeSpan.FromSeconds(bytes / BytesPerExtraSecond);
        _caller = caller;
        _timer = new CancellationTokenSource(_timeout, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, caller);
    }

    /// <summary>Cancelled at the limit, or when the caller gives up.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Whether it is the caller who gave up, so that an <see cref="OperationCanceledException"/> is the answer.</summary>
    public bool IsCallersWish => _caller.IsCancellationRequested;

    /// <summary>What a cancellation that is not the caller's means.</summary>
    public ObjectStoreUnavailableException TimedOut(string description, Exception? error = null) =>
        new($"The object store ({description}) did not answer within {_timeout.TotalSeconds:0.###} s.", error);

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
