using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Metrics.Core.Wal;

/// <summary>
/// When written records are forced to disk. Either way a record is acknowledged only after the operating system has it,
/// so that it survives a kill of the process; the policy decides what a power cut or a kernel crash can take.
/// </summary>
public sealed record CommitPolicy
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private CommitPolicy(TimeSpan? interval) => Interval = interval;

    /// <summary>Forces every group to disk before it is acknowledged: a power cut loses nothing that was acknowledged.</summary>
    public static CommitPolicy EveryBatch { get; } = new((TimeSpan?)null);

    /// <summary>How long an acknowledged record may wait for the disk; null when it does not wait.</summary>
    public TimeSpan? Interval { get; }

    /// <summary>
    /// Forces to disk in the background: a power cut loses what was acknowledged in the last interval, plus the time that
    /// one flush takes.
    /// </summary>
    /// <param name="interval">1 ms to 1 min.</param>
    public static CommitPolicy Every(TimeSpan interval) => interval >= Shortest && interval <= Longest
        ? new(interval)
        : throw new ArgumentOutOfRangeException(nameof(interval), interval, "must be between 1 ms and 1 min");

    /// <summary>Reads <c>batch</c>, or a whole number of <c>ms</c> or <c>s</c> as in <c>100ms</c>.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out CommitPolicy? policy)
    {
        policy = null;
        var trimmed = text.AsSpan().Trim();
        if (trimmed.Equals("batch", StringComparison.OrdinalIgnoreCase))
        {
            policy = EveryBatch;
            return true;
        }

        var inMilliseconds = trimmed.EndsWith("ms", StringComparison.OrdinalIgnoreCase);
        if (!inMilliseconds && !trimmed.EndsWith("s", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var number = trimmed[..^(inMilliseconds ? 2 : 1)];
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        var interval = inMilliseconds ? TimeSpan.FromMilliseconds(count) : TimeSpan.FromSeconds((long)count);
        if (interval < Shortest || interval > Longest)
        {
            return false;
        }

        policy = new(interval);
        return true;
    }

    public override string ToString() => Interval is { } interval
        ? string.Create(CultureInfo.InvariantCulture, $"{(long)interval.TotalMilliseconds}ms")
        : "batch";
}
