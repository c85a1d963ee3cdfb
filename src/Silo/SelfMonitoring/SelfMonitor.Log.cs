namespace Metrics.Silo.SelfMonitoring;

internal sealed partial class SelfMonitor
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The server cannot record its own metrics; it goes on trying.")]
    private static partial void LogFailing(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The server cannot record its own metrics; it goes on trying: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The server records its own metrics again.")]
    private static partial void LogRecovered(ILogger logger);
}
