using Metrics.Core.Model;

namespace Metrics.Core.Series;

/// <summary>
/// The few samples of a series that came out of order and are not merged into its chunks yet: sorted, one a timestamp. Where a
/// chunk has the same timestamp, the one here is newer and wins.
/// </summary>
internal sealed class PendingSamples
{
    /// <summary>When there are so many, they are merged into the chunks.</summary>
    public const int Capacity = 64;

    private Sample[] _samples = new Sample[4];

    public int Count { get; private set; }

    public ReadOnlySpan<Sample> Samples => _samples.AsSpan(0, Count);

    public bool IsFull => Count == Capacity;

    /// <summary>Adds or replaces. The caller has made room.</summary>
    public void Put(long timestampMs, double value)
    {
        var at = IndexFrom(timestampMs);
        if (at < Count && _samples[at].TimestampMs == timestampMs)
        {
            _samples[at] = new Sample(timestampMs, value);
            return;
        }

        if (Count == _samples.Length)
        {
            Array.Resize(ref _samples, Math.Min(Capacity, Count * 2));
        }

        Array.Copy(_samples, at, _samples, at + 1, Count - at);
        _samples[at] = new Sample(timestampMs, value);
        Count++;
    }

    /// <summary>The index of the first sample at or after a timestamp.</summary>
    public int IndexFrom(long timestampMs)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_samples[middle].TimestampMs < timestampMs)
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
}
