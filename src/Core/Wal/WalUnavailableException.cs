namespace Metrics.Core.Wal;

/// <summary>
/// A record could not be made as durable as the policy asks: disk full, an I/O error, too much waiting, closed. It was not
/// acknowledged; the next append tries again by itself. The message says what an operator can do.
/// </summary>
public sealed class WalUnavailableException : Exception
{
    public WalUnavailableException(string message)
        : base(message)
    {
    }

    public WalUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
