using Metrics.Core.Series;
using Metrics.Core.Storage;
using Metrics.Grains.Placement;
using Metrics.Grains.Series;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Metrics.Grains.Shards;

/// <summary>
/// One clock for all series of a silo: merges and closes chunks shard by shard, and starts and ends the series' activations
/// at a bounded rate. A timer for each series would cost more than the series.
/// </summary>
internal sealed partial class ShardClock(
    StorageEngine engine,
    ShardOwnership ownership,
    ActiveSeries active,
    IGrainFactory grains,
    IHostApplicationLifetime lifetime,
    IOptions<ShardClockOptions> options,
    TimeProvider time,
    ILogger<ShardClock> logger) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly ShardClockOptions _options = options.Value;
    private int _nextToSeal;
    private double _sealDue;
    private int _nextToActivate;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Also when the start of something else failed, which the host would otherwise report as a failure of this.
            return;
        }
    }

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        // Grains can be called once everything has started.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var onStarted = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Tick, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (engine.State != EngineState.Ready)
            {
                continue;
            }

            try
            {
                SealSome();
                await ActivateSomeAsync();
            }
            catch (Exception e) when (e is OrleansException or TimeoutException or InvalidDataException)
            {
                LogTickFailed(e);
            }
        }
    }

    /// <summary>Spreads the shards over the interval.</summary>
    private void SealSome()
    {
        _sealDue += engine.Shards.Count * (Tick / _options.SealInterval);
        for (; _sealDue >= 1; _sealDue--)
        {
            var shard = engine.Shards[_nextToSeal++ % engine.Shards.Count];
            engine.Seal(shard);
            ReleaseIdle(shard);
        }
    }

    private void ReleaseIdle(Shard shard)
    {
        if (active.Count == 0)
        {
            return;
        }

        var idleMs = time.GetUtcNow().ToUnixTimeMilliseconds() - (long)_options.IdleAfter.TotalMilliseconds;
        foreach (var series in shard.All())
        {
            if (active.Contains(series.Id) && series.NewestMs < idleMs)
            {
                grains.GetGrain<ISeriesAdoption>(series.Id.ToGuid()).Release().AsTask().Ignore();
            }
        }
    }

    private async Task ActivateSomeAsync()
    {
        var room = Math.Min(_options.ActivationsPerSecond, _options.MaxActive - active.Count);
        var idleMs = time.GetUtcNow().ToUnixTimeMilliseconds() - (long)_options.IdleAfter.TotalMilliseconds;
        var map = ownership.Map;
        for (var visited = 0; room > 0 && visited < engine.Shards.Count; visited++)
        {
            var shard = engine.Shards[_nextToActivate % engine.Shards.Count];
            if (map.IsLocal(shard.Number))
            {
                var calls = Candidates(shard, idleMs).Take(room)
                    .Select(series => grains.GetGrain<ISeriesAdoption>(series.Id.ToGuid()).Adopt().AsTask()).ToList();
                room -= calls.Count;
                await Task.WhenAll(calls);
            }

            if (room > 0)
            {
                _nextToActivate++;
            }
        }
    }

    private IEnumerable<LiveSeries> Candidates(Shard shard, long idleMs) =>
        shard.All().Where(series => series.NewestMs >= idleMs && !active.Contains(series.Id));

    [LoggerMessage(Level = LogLevel.Warning, Message = "The shard clock missed a tick")]
    private partial void LogTickFailed(Exception exception);
}
