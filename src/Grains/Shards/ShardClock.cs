using Metrics.Core.Series;
using Metrics.Core.Storage;
using Metrics.Grains.Ingestion;
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
    SampleWriter writer,
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
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it was, points still come in, and the next tick may go well: no reason to stop the silo.
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
            engine.Seal(engine.Shards[_nextToSeal]);
            _nextToSeal = (_nextToSeal + 1) % engine.Shards.Count;
            if (_nextToSeal == 0)
            {
                writer.ForgetRetired();
                ReleaseSome();
            }
        }
    }

    /// <summary>Ends the activations of series that nothing is written to, and of shards that another silo has now.</summary>
    private void ReleaseSome()
    {
        var idleMs = IdleBeforeMs();
        var map = ownership.Map;
        foreach (var id in active.Ids)
        {
            if (engine.Find(id) is not { } series || series.NewestMs < idleMs)
            {
                active.Release(id, "Nothing was written to the series lately.");
            }
            else if (!map.IsLocal(series.Shard))
            {
                active.Release(id, "Another silo owns the series' shard.");
            }
        }
    }

    private async Task ActivateSomeAsync()
    {
        var room = Math.Min(_options.ActivationsPerSecond, _options.MaxActive - active.Count);
        var idleMs = IdleBeforeMs();
        var map = ownership.Map;

        // A part of the shards each time: looking through millions of series every second would cost more than it finds.
        for (var visits = (engine.Shards.Count / 8) + 1; room > 0 && visits > 0; visits--)
        {
            var shard = engine.Shards[_nextToActivate];
            if (map.IsLocal(shard.Number))
            {
                var calls = Candidates(shard, idleMs).Take(room)
                    .Select(series => grains.GetGrain<ISeriesAdoption>(series.Id.ToGuid()).Adopt().AsTask()).ToList();
                room -= calls.Count;
                await Task.WhenAll(calls);
            }

            if (room > 0)
            {
                _nextToActivate = (_nextToActivate + 1) % engine.Shards.Count;
            }
        }
    }

    private long IdleBeforeMs() => time.GetUtcNow().ToUnixTimeMilliseconds() - (long)_options.IdleAfter.TotalMilliseconds;

    private IEnumerable<LiveSeries> Candidates(Shard shard, long idleMs) =>
        shard.All().Where(series => series.NewestMs >= idleMs && !active.Contains(series.Id));

    [LoggerMessage(Level = LogLevel.Warning, Message = "The shard clock missed a tick")]
    private partial void LogTickFailed(Exception exception);
}
