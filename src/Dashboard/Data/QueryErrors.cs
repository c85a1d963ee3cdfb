using Metrics.Core.Query;
using Microsoft.Extensions.Logging;

namespace Metrics.Dashboard.Data;

/// <summary>What a viewer is told when a query fails.</summary>
public static partial class QueryErrors
{
    public static string Describe(Exception error) => error switch
    {
        QueryRefusedException refused => refused.Message,
        QueryLimitException limit => $"{limit.Message} ({limit.Limit})",
        TimeoutException => "The server did not answer in time. Choose a shorter range, or filter more.",
        _ => $"The query failed: {error.Message}",
    };

    [LoggerMessage(1, LogLevel.Warning, "A dashboard query of {Metric} failed")]
    public static partial void QueryFailed(ILogger logger, Exception error, string metric);
}
