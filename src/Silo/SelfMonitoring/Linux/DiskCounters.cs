namespace Metrics.Silo.SelfMonitoring.Linux;

/// <summary>One line of <c>/proc/diskstats</c>.</summary>
internal static class DiskCounters
{
    /// <summary>The unit of the file, whatever the disk's own sectors are.</summary>
    private const int SectorBytes = 512;

    /// <summary>The device and the bytes read from and written to it since boot; false for a line that is cut or not of this kind.</summary>
    public static bool TryParseLine(FieldReader line, out ReadOnlySpan<byte> device, out long readBytes, out long writtenBytes)
    {
        device = default;
        readBytes = writtenBytes = 0;

        // major minor name | reads merged sectors ms | writes merged sectors ms | ...
        if (!line.TrySkip(2) || !line.TryReadField(out device)
            || !line.TrySkip(2) || !line.TryReadInt64(out var sectorsRead)
            || !line.TrySkip(3) || !line.TryReadInt64(out var sectorsWritten))
        {
            return false;
        }

        readBytes = sectorsRead * SectorBytes;
        writtenBytes = sectorsWritten * SectorBytes;
        return true;
    }
}
