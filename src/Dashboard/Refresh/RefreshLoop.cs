namespace Metrics.Dashboard.Refresh;

/// <summary>
/// Runs a refresh now and then again each period, one at a time: a refresh that takes longer than the period makes the ticks in
/// between go by. Asking for one out of turn cancels the one that is running, whose answer nobody wants any more.
/// </summary>
public sealed class RefreshLoop : IAsyncDisposable
{
    /// <summary>How often pages refresh.</summary>
    public static readonly TimeSpan DefaultPeriod = TimeSpan.FromSeconds(5);

    private readonly Func<CancellationToken, Task> _refresh;
    private readonly PeriodicTimer _timer;
    private readonly CancellationTokenSource _stop = new();
    private CancellationTokenSource? _current;
    private Task _ticks = Task.CompletedTask;
    private bool _running;

    /// <param name="refresh">Must not throw but for cancellation; called on the caller's synchronization context.</param>
    /// <param name="period">Time between two refreshes.</param>
    /// <param name="time">The clock.</param>
    public RefreshLoop(Func<CancellationToken, Task> refresh, TimeSpan period, TimeProvider time)
    {
        _refresh = refresh;
        _timer = new PeriodicTimer(period, time);
    }

    public bool IsPaused { get; private set; }

    /// <summary>The first refresh, and the start of the ticks.</summary>
    public Task Start()
    {
        _ticks = Tick();
        return RefreshNow();
    }

    public void Pause() => IsPaused = true;

    /// <summary>Goes on, with a refresh at once.</summary>
    public Task Resume()
    {
        IsPaused = false;
        return RefreshNow();
    }

    /// <summary>Refreshes out of turn, paused or not.</summary>
    public async Task RefreshNow()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        if (_current is { } superseded)
        {
            await superseded.CancelAsync();
        }

        using var mine = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        _current = mine;
        _running = true;
        try
        {
            await _refresh(mine.Token);
        }
        catch (OperationCanceledException) when (mine.IsCancellationRequested)
        {
            // A newer refresh, or the end of the page, made this one pointless.
        }
        finally
        {
            if (_current == mine)
            {
                _current = null;
                _running = false;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync();
        _timer.Dispose();
        await _ticks;
        _stop.Dispose();
    }

    private async Task Tick()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            if (!IsPaused && !_running)
            {
                await RefreshNow();
            }
        }
    }
}
