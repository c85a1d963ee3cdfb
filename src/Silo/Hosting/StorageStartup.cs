using Metrics.Core.Catalog;
using Metrics.Core.Maintenance;
using Metrics.Core.Storage;

namespace Metrics.Silo.Hosting;

/// <summary>Reads what local disk has of blocks and replays the write-ahead log, while the rest of the process is up already.</summary>
internal sealed partial class StorageStartup(
    StorageEngine engine, ShardStores stores, IHostApplicationLifetime lifetime, ILogger<StorageStartup> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await DataSetOpening.OpenAsync(engine, stores, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process is told to stop, or something else could not start.
            return;
        }
        catch (Exception e)
        {
            // Whatever it is: a server without its storage must not look like one that stopped in good order.
            LogFailed(e, engine.Directory);
            Environment.ExitCode = 2;
            lifetime.StopApplication();
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The data in {Directory} cannot be opened")]
    private partial void LogFailed(Exception exception, string directory);
}
