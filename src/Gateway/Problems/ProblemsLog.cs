using Microsoft.Extensions.Logging;

namespace Metrics.Gateway.Problems;

internal static partial class ProblemsLog
{
    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed (trace id {TraceId})")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string method, string path, string? traceId);

    [LoggerMessage(LogLevel.Warning, "{Method} {Path} could not be answered: {Reason}")]
    public static partial void Unavailable(ILogger logger, Exception exception, string method, string path, string reason);
}
