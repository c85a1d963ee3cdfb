using System.Globalization;

namespace Metrics.LoadGenerator.Os;

/// <summary>What a process has cost, by Linux: whole process, all threads, user and kernel.</summary>
internal sealed class ServerProcess(int pid)
{
    // USER_HZ is 100 on every Linux that .NET runs on.
    private const long NanosecondsPerTick = 10_000_000;

    public int Pid { get; } = pid;

    /// <summary>The process that listens on a TCP port, or null. Needs to see its descriptors: the same user, or root.</summary>
    public static ServerProcess? ListeningOn(int port)
    {
        var inode = ListenerInode("/proc/net/tcp", port) ?? ListenerInode("/proc/net/tcp6", port);
        foreach (var folder in inode is null ? [] : Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var pid) && HoldsSocket(folder, $"socket:[{inode}]"))
            {
                return new ServerProcess(pid);
            }
        }

        return null;
    }

    /// <summary>Processor time since its start, in nanoseconds, in steps of 10 ms.</summary>
    public long CpuNanoseconds()
    {
        // The name in parentheses may hold blanks; fields are counted from its end.
        var stat = File.ReadAllText($"/proc/{Pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) * NanosecondsPerTick;
    }

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes() => StatusBytes("VmRSS:");

    /// <summary>The most resident memory that it ever had, in bytes.</summary>
    public long PeakResidentBytes() => StatusBytes("VmHWM:");

    /// <summary>Datagrams that the kernel dropped at a UDP port since it was opened.</summary>
    public static long UdpDrops(int port)
    {
        var drops = 0L;
        foreach (var file in new[] { "/proc/net/udp", "/proc/net/udp6" })
        {
            foreach (var line in File.ReadLines(file).Skip(1))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields[1].EndsWith($":{port:X4}", StringComparison.Ordinal))
                {
                    drops += long.Parse(fields[^1], CultureInfo.InvariantCulture);
                }
            }
        }

        return drops;
    }

    private long StatusBytes(string name)
    {
        var line = File.ReadLines($"/proc/{Pid}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(name.Length, line.Length - name.Length - 2).Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    private static string? ListenerInode(string file, int port)
    {
        foreach (var line in File.ReadLines(file).Skip(1))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields[1].EndsWith($":{port:X4}", StringComparison.Ordinal) && fields[3] == "0A")
            {
                return fields[9];
            }
        }

        return null;
    }

    private static bool HoldsSocket(string folder, string socket)
    {
        try
        {
            return Directory.EnumerateFiles($"{folder}/fd").Any(file => File.ResolveLinkTarget(file, false)?.Name == socket);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Gone meanwhile, or another user's: not the one that is looked for.
            return false;
        }
    }
}
