namespace Metrics.Silo.Hosting;

/// <summary>One line a message, and only what an operator acts on.</summary>
internal static class LoggingSetup
{
    public static ILoggingBuilder AddMetricsLogging(this ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(static console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
        logging.AddFilter("Orleans", LogLevel.Error);
        logging.AddFilter("Polly", LogLevel.Error);
        logging.AddFilter("Microsoft", LogLevel.Warning);

        // A start that fails ends the process, which says why by itself: in one line if that can be mended.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);

        // Says that it has no key store: antiforgery and circuits of a loopback dashboard need none across restarts.
        logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        return logging;
    }
}
