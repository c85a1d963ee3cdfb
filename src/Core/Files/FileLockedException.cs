namespace Metrics.Core.Files;

/// <summary>Another process holds the lock file.</summary>
public sealed class FileLockedException : IOException
{
    public FileLockedException(string message)
        : base(message)
    {
    }

    public FileLockedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
