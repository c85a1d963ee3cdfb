namespace Metrics.Core.Storage;

/// <summary>The newest timestamp of each segment of the samples' log: once blocks have everything up to it, the segment may go.</summary>
internal sealed class SegmentTimes
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, long> _newest = [];
    private long _last = -1;
    private long _lastNewest = long.MinValue;

    /// <summary>A batch is in one of these segments; which one is not known when another began meanwhile.</summary>
    public void Note(long firstSegment, long lastSegment, long newestMs)
    {
        lock (_gate)
        {
            if (firstSegment == _last && lastSegment == _last && newestMs <= _lastNewest)
            {
                return;
            }

            for (var segment = firstSegment; segment <= lastSegment; segment++)
            {
                var newest = Math.Max(newestMs, _newest.GetValueOrDefault(segment, long.MinValue));
                _newest[segment] = newest;
                (_last, _lastNewest) = (segment, newest);
            }
        }
    }

    /// <summary>The smallest number when the segment has no samples.</summary>
    public long NewestOf(long segment)
    {
        lock (_gate)
        {
            return _newest.GetValueOrDefault(segment, long.MinValue);
        }
    }

    public void ForgetBefore(long segment)
    {
        lock (_gate)
        {
            foreach (var old in _newest.Keys.Where(s => s < segment).ToList())
            {
                _newest.Remove(old);
            }
        }
    }
}
