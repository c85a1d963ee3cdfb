namespace Metrics.Core.Tests.Files;

internal enum FileOperation
{
    Create,
    Write,
    Truncate,
    Flush,
    FlushDirectory,
    Delete,
    Rename,
}
