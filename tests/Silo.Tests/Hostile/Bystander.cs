using System.Net;
using Metrics.Silo.Tests.Live;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Hostile;

/// <summary>A well-behaved client that writes and reads while others attack, and must be served all the time.</summary>
internal sealed class Bystander : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly SiloProcess _silo;
    private readonly string _tag = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private int _served;

    public Bystander(SiloProcess silo)
    {
        _silo = silo;
        _running = Task.Run(Run);
    }

    /// <summary>Waits for one more round, and says what went wrong in any.</summary>
    public async Task AssertServed()
    {
        var before = Volatile.Read(ref _served);
        await Task.WhenAny(_running, Eventually.True(() => Task.FromResult(Volatile.Read(ref _served) > before + 1)));
        await _stop.CancelAsync();
        await _running;
        Assert.True(_served > before + 1, "The bystander was not served.");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAny(_running);
        _stop.Dispose();
    }

    /// <summary>Like every client, it sends again what was answered with a 503.</summary>
    private async Task Write(Point point)
    {
        while (!_stop.IsCancellationRequested)
        {
            using var response = await _silo.PostJson([point]);
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
                return;
            }

            Assert.NotNull(response.Headers.RetryAfter);
            await Task.Delay(100);
        }
    }

    private async Task Run()
    {
        var nowMs = Clock.NowMs - 60_000;
        for (var round = 1; !_stop.IsCancellationRequested; round++)
        {
            await Write(new Point("bystander", "k", _tag, nowMs + round, round)).WaitAsync(Patience);
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            var counts = await _silo.QueryByTag("bystander", "count", "k", nowMs, nowMs + 600_000).WaitAsync(Patience);
            Assert.Equal(round, counts[_tag]);
            Interlocked.Increment(ref _served);
        }
    }
}
