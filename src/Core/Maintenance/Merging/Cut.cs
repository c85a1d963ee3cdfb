using Metrics.Core.Catalog;

namespace Metrics.Core.Maintenance.Merging;

/// <summary>What a deletion takes away from one series.</summary>
/// <param name="FromMs">Inclusive.</param>
/// <param name="ToMs">Exclusive.</param>
/// <param name="Sequence">It holds for blocks with a lower one.</param>
internal readonly record struct Cut(long FromMs, long ToMs, long Sequence)
{
    public bool Hides(long timestampMs, long sequence) => sequence < Sequence && timestampMs >= FromMs && timestampMs < ToMs;

    /// <summary>Whether it touches anything of a stretch of time.</summary>
    public bool Touches(long minMs, long maxMs, long sequence) => sequence < Sequence && minMs < ToMs && maxMs >= FromMs;

    public static bool AnyTouches(IReadOnlyList<Cut> cuts, long minMs, long maxMs, long sequence)
    {
        for (var i = 0; i < cuts.Count; i++)
        {
            if (cuts[i].Touches(minMs, maxMs, sequence))
            {
                return true;
            }
        }

        return false;
    }

    public static bool AnyHides(IReadOnlyList<Cut> cuts, long timestampMs, long sequence)
    {
        for (var i = 0; i < cuts.Count; i++)
        {
            if (cuts[i].Hides(timestampMs, sequence))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The tombstones of a shard that touch a range, ready to be asked what they take from a series.</summary>
internal sealed class Cuts
{
    private readonly (SeriesMatch Match, Cut Cut)[] _tombstones;
    private readonly List<Cut> _found = [];

    public Cuts(IEnumerable<Tombstone> tombstones, long fromMs, long toMs) =>
        _tombstones = [.. tombstones.Where(t => t.FromMs < toMs && t.ToMs > fromMs)
            .Select(static t => (new SeriesMatch(t.Selector), new Cut(t.FromMs, t.ToMs, t.Sequence)))];

    /// <summary>Whether there are any at all.</summary>
    public bool Any => _tombstones.Length != 0;

    /// <summary>Valid until the next call.</summary>
    public IReadOnlyList<Cut> Of(Model.SeriesKey key)
    {
        _found.Clear();
        foreach (var (match, cut) in _tombstones)
        {
            if (match.Matches(key))
            {
                _found.Add(cut);
            }
        }

        return _found;
    }
}
