using Metrics.Core.Series;
using Metrics.Core.Storage;

namespace Metrics.Core.Maintenance;

/// <summary>
/// A shard's series in the order of their canonical forms, which is the order of blocks. Kept from pass to pass: only new series are
/// sorted, and only near their places are names of old ones looked at. Not thread-safe.
/// </summary>
internal sealed class ShardOrder(Shard shard)
{
    private LiveSeries[] _sorted = [];
    private LiveSeries?[] _known = [];

    public LiveSeries[] Update()
    {
        var added = new List<LiveSeries>();
        var present = 0;
        foreach (var series in shard.All())
        {
            present++;
            if (series.Ordinal >= _known.Length || _known[series.Ordinal] != series)
            {
                added.Add(series);
            }
        }

        if (added.Count == 0 && present == _sorted.Length)
        {
            return _sorted;
        }

        var forms = added.ConvertAll(FormOf).ToArray();
        var fresh = added.ToArray();
        Array.Sort(forms, fresh, FormComparer.Instance);
        Merge([.. _sorted.Where(s => shard.At(s.Ordinal) == s)], fresh, forms);
        return _sorted;
    }

    private void Merge(LiveSeries[] old, LiveSeries[] fresh, byte[][] forms)
    {
        var merged = new LiveSeries[old.Length + fresh.Length];
        int from = 0, at = 0;
        for (var i = 0; i < fresh.Length; i++)
        {
            var to = PlaceOf(old, from, forms[i]);
            Array.Copy(old, from, merged, at, to - from);
            at += to - from;
            merged[at++] = fresh[i];
            from = to;
        }

        Array.Copy(old, from, merged, at, old.Length - from);
        var bound = merged.Length == 0 ? 0 : merged.Max(static s => s.Ordinal) + 1;
        var known = new LiveSeries?[bound];
        foreach (var series in merged)
        {
            known[series.Ordinal] = series;
        }

        (_sorted, _known) = (merged, known);
    }

    /// <summary>The first old series after a form, looked for in steps that double: near places are found at once.</summary>
    private int PlaceOf(LiveSeries[] old, int from, byte[] form)
    {
        var step = 1;
        var low = from;
        while (low + step <= old.Length && IsBefore(old[low + step - 1], form))
        {
            low += step;
            step *= 2;
        }

        var high = Math.Min(old.Length, low + step - 1);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (IsBefore(old[middle], form))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private bool IsBefore(LiveSeries series, byte[] form) => FormOf(series).AsSpan().SequenceCompareTo(form) < 0;

    private byte[] FormOf(LiveSeries series) => shard.Index.KeyOf(series.Ordinal).ToCanonical();
}

/// <summary>Orders canonical forms.</summary>
internal sealed class FormComparer : IComparer<byte[]>
{
    public static readonly FormComparer Instance = new();

    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
}
