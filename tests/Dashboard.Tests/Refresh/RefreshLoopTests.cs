using Metrics.Dashboard.Refresh;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Dashboard.Tests.Refresh;

public sealed class RefreshLoopTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_slow_refresh_makes_ticks_go_by_instead_of_piling_up()
    {
        var gate = new TaskCompletionSource();
        var started = 0;
        await using var loop = new RefreshLoop(
            async _ =>
            {
                Interlocked.Increment(ref started);
                await gate.Task;
            },
            RefreshLoop.DefaultPeriod,
            _time);
        var first = loop.Start();

        for (var i = 0; i < 10; i++)
        {
            _time.Advance(RefreshLoop.DefaultPeriod);
        }

        Assert.Equal(1, Volatile.Read(ref started));
        gate.SetResult();
        await first;
        await Until(() =>
        {
            _time.Advance(RefreshLoop.DefaultPeriod);
            return Volatile.Read(ref started) >= 2;
        });
    }

    [Fact]
    public async Task A_refresh_out_of_turn_cancels_the_one_that_is_running()
    {
        var tokens = new List<CancellationToken>();
        var gate = new TaskCompletionSource();
        await using var loop = new RefreshLoop(
            async token =>
            {
                tokens.Add(token);
                await gate.Task.WaitAsync(token);
            },
            RefreshLoop.DefaultPeriod,
            _time);
        var first = loop.Start();
        var second = loop.RefreshNow();

        await first;
        Assert.True(tokens[0].IsCancellationRequested);
        gate.SetResult();
        await second;
        Assert.Equal(2, tokens.Count);
    }

    [Fact]
    public async Task Disposal_stops_it()
    {
        var count = 0;
        var loop = new RefreshLoop(_ => { count++; return Task.CompletedTask; }, RefreshLoop.DefaultPeriod, _time);
        await loop.Start();
        await loop.DisposeAsync();

        _time.Advance(TimeSpan.FromMinutes(1));
        await loop.RefreshNow();

        Assert.Equal(1, count);
    }

    private static async Task Until(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
