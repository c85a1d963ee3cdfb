using Microsoft.Win32.SafeHandles;

namespace Metrics.Silo.SelfMonitoring.Linux;

/// <summary>
/// A file that the kernel writes anew at each read, kept open and read into one buffer. Empty when it is not there or cannot be read.
/// </summary>
internal sealed class ProcFile(string path, int maxBytes = 1 << 20) : IDisposable
{
    private byte[] _buffer = new byte[4096];
    private SafeFileHandle? _handle;

    /// <summary>The content now, up to the limit; valid until the next call.</summary>
    public ReadOnlySpan<byte> Read()
    {
        try
        {
            _handle ??= File.OpenHandle(path, options: FileOptions.SequentialScan);
            var length = 0;
            while (RandomAccess.Read(_handle, _buffer.AsSpan(length), length) is > 0 and var read)
            {
                length += read;
                if (length == _buffer.Length)
                {
                    if (length >= maxBytes)
                    {
                        break;
                    }

                    Array.Resize(ref _buffer, length * 2);
                }
            }

            return _buffer.AsSpan(0, length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A container may hide it, a module may go: it is tried again at the next tick.
            Dispose();
            return default;
        }
    }

    public void Dispose()
    {
        _handle?.Dispose();
        _handle = null;
    }
}
