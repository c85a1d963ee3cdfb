namespace Metrics.Silo.SelfMonitoring.Linux;

/// <summary>Bytes of memory: <c>/proc/meminfo</c>.</summary>
/// <param name="Total">What the kernel manages.</param>
/// <param name="Available">What a new program could have without swapping.</param>
internal readonly record struct MemoryInfo(long Total, long Available)
{
    public long Used => Total - Available;

    /// <returns>False when the total, or both the available and the free memory, are missing.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out MemoryInfo info)
    {
        long? total = null, available = null, free = null;
        var reader = new FieldReader(text);
        while (reader.TryReadLine(out var line))
        {
            if (!line.TryReadField(out var name) || !line.TryReadInt64(out var kibibytes))
            {
                continue;
            }

            if (name.SequenceEqual("MemTotal:"u8))
            {
                total = kibibytes * 1024;
            }
            else if (name.SequenceEqual("MemAvailable:"u8))
            {
                available = kibibytes * 1024;
            }
            else if (name.SequenceEqual("MemFree:"u8))
            {
                free = kibibytes * 1024;
            }
        }

        info = new MemoryInfo(total ?? 0, available ?? free ?? 0);
        return total is not null && (available ?? free) is not null;
    }
}
