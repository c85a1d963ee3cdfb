using Metrics.Core.Ingestion;
using Metrics.Core.Status;
using Microsoft.Extensions.Options;

namespace Metrics.Silo.SelfMonitoring;

/// <summary>Records the host and this process at every whole multiple of the interval, through the write path that everyone uses.</summary>
internal sealed partial class SelfMonitor(
    HostRecorder recorder,
    IEnumerable<IReadiness> readiness,
    IOptions<SelfMonitoringOptions> options,
    TimeProvider time,
    ILogger<SelfMonitor> logger) : BackgroundService
{
    private readonly IReadiness[] _readiness = [.. readiness];
    private readonly long _intervalMs = (long)options.Value.Interval.TotalMilliseconds;
    private bool _failing;

    /// <summary>The multiple of the interval that comes after now and, unless the clock was set back, after the last one.</summary>
    internal static long NextTick(long nowMs, long lastMs, long intervalMs)
    {
        var next = ((nowMs / intervalMs) + 1) * intervalMs;

        // A timer may fire a moment early, and the same multiple must not be recorded twice.
        return next == lastMs ? next + intervalMs : next;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var tick = 0L;
        while (!stoppingToken.IsCancellationRequested)
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            tick = NextTick(now, tick, _intervalMs);
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(tick - now), time, stoppingToken);
                if (!Array.TrueForAll(_readiness, static part => part.IsReady))
                {
                    // Nothing can be written yet, and that is as it should be.
                    continue;
                }

                await recorder.RecordAsync(tick, stoppingToken);
                if (_failing)
                {
                    _failing = false;
                    LogRecovered(logger);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Whatever is wrong, the server is worth more than its record of itself; said once, not each second.
                if (!_failing)
                {
                    _failing = true;
                    Report(exception);
                }
            }
        }
    }

    private void Report(Exception exception)
    {
        if (exception is WriteUnavailableException)
        {
            LogUnavailable(logger, exception.Message);
        }
        else
        {
            LogFailing(logger, exception);
        }
    }
}
