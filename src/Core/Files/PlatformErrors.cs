namespace Metrics.Core.Files;

/// <summary>Error codes as .NET leaves them in <see cref="Exception.HResult"/>: raw errno on Unix, an HRESULT on Windows.</summary>
internal static class PlatformErrors
{
    private const int LinuxAgain = 11;
    private const int BsdAgain = 35;
    private const int NoSpace = 28;
    private const int LinuxQuota = 122;
    private const int BsdQuota = 69;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    public static bool IsDiskFull(IOException error) => OperatingSystem.IsWindows()
        ? error.HResult is WindowsDiskFull or WindowsHandleDiskFull
        : error.HResult is NoSpace || error.HResult == (OperatingSystem.IsLinux() ? LinuxQuota : BsdQuota);

    public static bool IsLocked(IOException error) => OperatingSystem.IsWindows()
        ? error.HResult is WindowsSharingViolation
        : error.HResult == (OperatingSystem.IsLinux() ? LinuxAgain : BsdAgain);
}
