using System.Globalization;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>Packets that the kernel dropped because a UDP socket's buffer was full.</summary>
internal static class KernelDrops
{
    private static readonly string[] Tables = ["/proc/net/udp", "/proc/net/udp6"];

    /// <summary>The count for the sockets bound to a port of this machine; null where the system does not tell.</summary>
    public static long? Read(int port)
    {
        long? drops = null;
        foreach (var table in Tables)
        {
            try
            {
                drops = File.Exists(table) ? Sum(File.ReadLines(table), port, drops) : drops;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }

        return drops;
    }

    // sl local_address(hex ip:port) rem_address ... drops (the last column)
    private static long? Sum(IEnumerable<string> lines, int port, long? drops)
    {
        var suffix = $":{port:X4}";
        foreach (var line in lines)
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length > 2
                && columns[1].EndsWith(suffix, StringComparison.Ordinal)
                && long.TryParse(columns[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                drops = (drops ?? 0) + count;
            }
        }

        return drops;
    }
}
