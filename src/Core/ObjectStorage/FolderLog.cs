using Microsoft.Extensions.Logging;

namespace Metrics.Core.ObjectStorage;

internal static partial class FolderLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Files} temporary files of writes that were cut off are deleted from {Directory}")]
    public static partial void Swept(ILogger logger, int files, string directory);
}
