namespace Metrics.Core.Files;

/// <summary>An open file, read and written at explicit offsets. Safe to flush on one thread while another writes.</summary>
public interface IFile : IDisposable
{
    /// <summary>Bytes in the file.</summary>
    long Length { get; }

    /// <summary>Reads up to the buffer's length; less only at the end of the file, and 0 past it.</summary>
    int Read(long offset, Span<byte> buffer);

    /// <summary>Hands all bytes to the operating system. When it throws, any part of them may have been written.</summary>
    /// <exception cref="DiskFullException">No space is left, or a quota is used up.</exception>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Cuts the file to a length.</summary>
    void Truncate(long length);

    /// <summary>Returns when everything written before the call survives a power cut.</summary>
    void FlushToDisk();
}
