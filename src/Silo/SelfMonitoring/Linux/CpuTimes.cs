namespace Metrics.Silo.SelfMonitoring.Linux;

/// <summary>Time of all cores since boot, by mode, in clock ticks: the first line of <c>/proc/stat</c>.</summary>
internal static class CpuTimes
{
    /// <summary>The modes in the file's order. Guest time is part of user and nice there, so that it is not one more.</summary>
    public static readonly string[] Modes = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"];

    /// <param name="text">The file.</param>
    /// <param name="ticks">As many as there are modes; those that an old kernel does not know become 0.</param>
    /// <returns>False when the line is not there or has fewer than the four oldest modes.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, Span<long> ticks)
    {
        ticks.Clear();
        var reader = new FieldReader(text);
        while (reader.TryReadLine(out var line))
        {
            if (!line.TryReadField(out var name) || !name.SequenceEqual("cpu"u8))
            {
                continue;
            }

            var read = 0;
            while (read < ticks.Length && line.TryReadInt64(out var value))
            {
                ticks[read++] = value;
            }

            return read >= 4;
        }

        return false;
    }
}
