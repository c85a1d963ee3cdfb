namespace Metrics.Core.Files;

/// <summary>No space is left on the disk, or this user's quota is used up. Passes when space is freed.</summary>
public sealed class DiskFullException : IOException
{
    public DiskFullException(string message)
        : base(message)
    {
    }

    public DiskFullException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
