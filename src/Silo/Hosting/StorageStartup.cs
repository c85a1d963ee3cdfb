using Metrics.Core.Storage;

namespace Metrics.Silo.Hosting;

/// <summary>Replays the write-ahead log while the rest of the process is up already.</summary>
internal sealed partial class StorageStartup(StorageEngine engine, IHostApplicationLifetime lifetime, ILogger<StorageStartup> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Run(() => engine.Open(stoppingToken), stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process is told to stop, or something else could not start.
            return;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogFailed(e, engine.Directory);
            Environment.ExitCode = 2;
            lifetime.StopApplication();
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The data in {Directory} cannot be opened")]
    private partial void LogFailed(Exception exception, string directory);
}
