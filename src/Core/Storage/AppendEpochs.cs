namespace Metrics.Core.Storage;

/// <summary>
/// Says when everything that was under way has ended, at the price of two interlocked operations a batch: those who come are counted in one
/// of two slots, and who waits turns new ones to the other slot and waits for the first to run empty.
/// </summary>
internal sealed class AppendEpochs
{
    /// <summary>A cache line apart.</summary>
    private const int Stride = 16;

    private readonly long[] _counts = new long[Stride * 3];
    private long _turns;
    private volatile TaskCompletionSource? _waiting;

    /// <summary>Counts a batch in.</summary>
    /// <returns>What <see cref="Exit"/> is told.</returns>
    public int Enter()
    {
        while (true)
        {
            var slot = Current;
            Interlocked.Increment(ref CountOf(slot));
            if (slot == Current)
            {
                return slot;
            }

            // Turned meanwhile: whoever waits may have seen the slot empty before this came in.
            Exit(slot);
        }
    }

    public void Exit(int slot)
    {
        if (Interlocked.Decrement(ref CountOf(slot)) == 0)
        {
            _waiting?.TrySetResult();
        }
    }

    /// <summary>Waits for all that are in now, not for those who come later. One at a time.</summary>
    public async Task DrainAsync(CancellationToken cancellation = default)
    {
        // The other slot may not be empty yet if an earlier wait was given up.
        await WaitForAsync(1 - Current, cancellation);
        var slot = Current;
        Interlocked.Increment(ref _turns);
        await WaitForAsync(slot, cancellation);
    }

    private int Current => (int)(Volatile.Read(ref _turns) & 1);

    private ref long CountOf(int slot) => ref _counts[Stride * (slot + 1)];

    private async Task WaitForAsync(int slot, CancellationToken cancellation)
    {
        while (true)
        {
            var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting = waiting;

            // With a full fence: who leaves sees the one that waits, or is seen to have left.
            if (Interlocked.CompareExchange(ref CountOf(slot), 0, 0) == 0)
            {
                _waiting = null;
                return;
            }

            await waiting.Task.WaitAsync(cancellation);
        }
    }
}
