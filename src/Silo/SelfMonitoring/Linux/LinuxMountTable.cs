using System.Text;

namespace Metrics.Silo.SelfMonitoring.Linux;

/// <summary>Mount points of real filesystems: <c>/proc/self/mounts</c>.</summary>
internal sealed class LinuxMountTable(ProcRoot root) : IMountTable, IDisposable
{
    private readonly ProcFile _file = new(root.Combine("proc/self/mounts"));

    public IReadOnlyList<string> ListMountPoints() => Parse(_file.Read());

    public void Dispose() => _file.Dispose();

    /// <summary>
    /// The first mount point of each block device, and the root whatever it is on (in a container, an overlay). Network filesystems are left
    /// out, because asking for the size of one whose server is gone never returns.
    /// </summary>
    public static IReadOnlyList<string> Parse(ReadOnlySpan<byte> text)
    {
        var mountPoints = new List<string>();
        var devices = new HashSet<string>(StringComparer.Ordinal);
        var reader = new FieldReader(text);
        while (reader.TryReadLine(out var line))
        {
            if (!line.TryReadField(out var device) || !line.TryReadField(out var mountPoint) || !line.TryReadField(out var type))
            {
                continue;
            }

            var isDisk = device.StartsWith("/dev/"u8) && !device.StartsWith("/dev/loop"u8);
            var isPool = type.SequenceEqual("zfs"u8);
            var isRoot = mountPoint.SequenceEqual("/"u8) && !type.StartsWith("nfs"u8);
            if ((isDisk || isPool || isRoot) && devices.Add(Encoding.UTF8.GetString(device)))
            {
                mountPoints.Add(Unescape(mountPoint));
            }
        }

        return mountPoints;
    }

    /// <summary>A blank, tab, newline or backslash in a path is a backslash and three octal digits.</summary>
    private static string Unescape(ReadOnlySpan<byte> path)
    {
        var bytes = new byte[path.Length];
        var length = 0;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '\\' && i + 3 < path.Length && path.Slice(i + 1, 3).IndexOfAnyExceptInRange((byte)'0', (byte)'7') < 0)
            {
                bytes[length++] = (byte)(((path[i + 1] - '0') << 6) | ((path[i + 2] - '0') << 3) | (path[i + 3] - '0'));
                i += 3;
            }
            else
            {
                bytes[length++] = path[i];
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
