using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Metrics.Core.Files;

/// <summary>fsync of a directory, which .NET offers no call for. NTFS journals names by itself, so Windows needs none.</summary>
internal static partial class DirectoryFlush
{
    private const int ReadOnly = 0;
    private const int NoEntry = 2;
    private const int NotADirectory = 20;
    private const int InvalidArgument = 22;

    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(directory, ReadOnly);
        if (descriptor < 0)
        {
            throw Failure(directory, Marshal.GetLastPInvokeError());
        }

        try
        {
            // EINVAL: a file system whose directories cannot be flushed, and that offers nothing instead.
            if (Fsync(descriptor) < 0 && Marshal.GetLastPInvokeError() is var error and not InvalidArgument)
            {
                throw Failure(directory, error);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string directory, int error) => error is NoEntry or NotADirectory
        ? new DirectoryNotFoundException($"There is no directory {directory}.")
        : new IOException($"The directory {directory} could not be flushed to disk: {new Win32Exception(error).Message}", error);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
