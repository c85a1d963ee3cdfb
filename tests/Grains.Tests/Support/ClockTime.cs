using Microsoft.Extensions.Time.Testing;

namespace Metrics.Grains.Tests.Support;

/// <summary>A clock that a test moves, once somebody listens to it.</summary>
internal sealed class ClockTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly TaskCompletionSource _timerMade = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task TimerMade => _timerMade.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _timerMade.TrySetResult();
        return timer;
    }
}
