using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>The StatsD edge's life: opens its ports, flushes on the interval, and writes what is left when the process stops.</summary>
internal sealed partial class StatsDListener(
    IOptions<StatsDOptions> options,
    StatsDAggregator aggregator,
    StatsDFlusher flusher,
    StatsDInstruments instruments,
    TimeProvider time,
    ILogger<StatsDListener> logger) : IHostedService, IDisposable
{
    // Asked for so that the instruments exist from the start.
    private readonly StatsDInstruments _instruments = instruments;
    private readonly CancellationTokenSource _stopping = new();
    private Task _flushing = Task.CompletedTask;

    /// <summary>Null when StatsD is off.</summary>
    public StatsDUdpReceiver? Udp { get; private set; }

    /// <summary>Null when TCP is off.</summary>
    public StatsDTcpServer? Tcp { get; private set; }

    /// <exception cref="IOException">A port cannot be had; the message names the setting.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.Enabled)
        {
            return Task.CompletedTask;
        }

        Udp = new StatsDUdpReceiver(options.Value, aggregator, logger);
        if (options.Value.TcpEnabled)
        {
            Tcp = new StatsDTcpServer(options.Value, aggregator, time, logger);
            Tcp.Start();
            LogListening(logger, "TCP", Tcp.LocalEndPoint);
        }

        Udp.Start();
        LogListening(logger, "UDP", Udp.LocalEndPoint);
        _flushing = FlushAsync();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _flushing;
        Udp?.Stop();
        if (Tcp is not null)
        {
            await Tcp.StopAsync();
        }

        try
        {
            await flusher.FlushAsync(cancellationToken);
        }
        catch (OperationCanceledException e)
        {
            LogUnflushed(logger, e);
        }
    }

    public void Dispose()
    {
        Udp?.Dispose();
        Tcp?.Dispose();
        _stopping.Dispose();
    }

    private async Task FlushAsync()
    {
        using var timer = new PeriodicTimer(options.Value.FlushInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                await TryFlushAsync();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            LogStopping(logger);
        }
    }

    // One flush that goes wrong must not be the last.
    private async Task TryFlushAsync()
    {
        try
        {
            await flusher.FlushAsync(CancellationToken.None);
        }
        catch (Exception e)
        {
            LogFailed(logger, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "StatsD listens on {Protocol} {EndPoint}")]
    private static partial void LogListening(ILogger logger, string protocol, IPEndPoint endPoint);

    [LoggerMessage(Level = LogLevel.Debug, Message = "StatsD writes what it has gathered, and stops")]
    private static partial void LogStopping(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "A StatsD flush failed; the next one goes on without what it held")]
    private static partial void LogFailed(ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The time to stop was over before StatsD had written its last interval")]
    private static partial void LogUnflushed(ILogger logger, Exception error);
}
