using System.Text;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>The last bad lines, cut short and cleaned, in memory taken once. Guarded by the aggregator's lock.</summary>
internal sealed class BadLineLog
{
    public const int Capacity = 16;
    public const int ShownBytes = 200;

    private readonly byte[] _bytes = new byte[Capacity * ShownBytes];
    private readonly Entry[] _entries = new Entry[Capacity];
    private long _count;

    public void Add(ReadOnlySpan<byte> line, string reason, DateTimeOffset at)
    {
        var i = (int)(_count++ % Capacity);
        var shown = line[..Math.Min(line.Length, ShownBytes)];
        shown.CopyTo(_bytes.AsSpan(i * ShownBytes));
        _entries[i] = new Entry(at, shown.Length, line.Length > ShownBytes, reason);
    }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<BadLine> Snapshot()
    {
        var lines = new List<BadLine>(Capacity);
        for (var n = _count - 1; n >= 0 && n >= _count - Capacity; n--)
        {
            var i = (int)(n % Capacity);
            var entry = _entries[i];
            var text = Clean(_bytes.AsSpan(i * ShownBytes, entry.Length));
            lines.Add(new BadLine(entry.At, entry.IsCut ? text + "…" : text, entry.Reason));
        }

        return lines;
    }

    // Printable ASCII stays as it is: what strangers send must not steer a terminal or a browser.
    private static string Clean(ReadOnlySpan<byte> line)
    {
        var text = new StringBuilder(line.Length);
        foreach (var b in line)
        {
            text.Append(b is >= 0x20 and < 0x7f ? (char)b : '.');
        }

        return text.ToString();
    }

    private readonly record struct Entry(DateTimeOffset At, int Length, bool IsCut, string Reason);
}

/// <summary>A line that could not be used.</summary>
/// <param name="At">When it came.</param>
/// <param name="Line">Its first 200 bytes; what is not printable ASCII is shown as a dot.</param>
/// <param name="Reason">A clause that reads on from "the line".</param>
public sealed record BadLine(DateTimeOffset At, string Line, string Reason);
