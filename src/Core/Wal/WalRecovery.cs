namespace Metrics.Core.Wal;

/// <summary>What a replay found.</summary>
public sealed class WalRecovery
{
    /// <summary>How many corruptions are described one by one; further ones are only counted.</summary>
    public const int MaxDescribed = 100;

    private readonly List<WalCorruption> _corruptions = [];

    /// <summary>Records delivered to the handler without an exception.</summary>
    public long Records { get; internal set; }

    /// <summary>Payload bytes of those records.</summary>
    public long Bytes { get; internal set; }

    /// <summary>Segment files that were read.</summary>
    public int Segments { get; internal set; }

    /// <summary>Corrupt places in all.</summary>
    public long CorruptionCount { get; private set; }

    /// <summary>Bytes skipped in them.</summary>
    public long CorruptBytes { get; private set; }

    /// <summary>The first <see cref="MaxDescribed"/> of them.</summary>
    public IReadOnlyList<WalCorruption> Corruptions => _corruptions;

    /// <summary>
    /// Where the last segment ended in the middle of a write, or null. No acknowledged record was in it unless power was cut
    /// (see the commit policy) or the disk changed it.
    /// </summary>
    public WalPosition? TornAt { get; internal set; }

    /// <summary>Bytes cut off there.</summary>
    public long TornBytes { get; internal set; }

    public TimeSpan Duration { get; internal set; }

    internal void Add(WalCorruption corruption)
    {
        CorruptionCount++;
        CorruptBytes += corruption.Bytes;
        if (_corruptions.Count < MaxDescribed)
        {
            _corruptions.Add(corruption);
        }
    }
}
