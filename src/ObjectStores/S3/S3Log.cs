using Microsoft.Extensions.Logging;

namespace Metrics.ObjectStores.S3;

internal static partial class S3Log
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The object store does not decide conditions of writes (If-Match, If-None-Match are passed over). Writers claim names by objects in .conditional/ instead: "
            + "several requests more a write, and after a crash a name may wait {Seconds} s. Better is a store that decides conditions")]
    public static partial void NoConditions(ILogger logger, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The claim {Claim} of a writer that did not come back is deleted")]
    public static partial void Expired(ILogger logger, string claim);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The claim {Claim} could not be withdrawn; others wait until it expires")]
    public static partial void NotWithdrawn(ILogger logger, string claim, Exception error);
}
