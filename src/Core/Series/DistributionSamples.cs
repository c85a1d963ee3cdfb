namespace Metrics.Core.Series;

/// <summary>The distributions of a series: serialized digests in ascending time, one a timestamp.</summary>
internal sealed class DistributionSamples
{
    private long[] _timestamps = new long[2];
    private byte[][] _digests = new byte[2][];

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    public long OldestMs => _timestamps[0];

    public long NewestMs => _timestamps[Count - 1];

    public void Put(long timestampMs, byte[] serialized)
    {
        var at = Array.BinarySearch(_timestamps, 0, Count, timestampMs);
        if (at >= 0)
        {
            Bytes += serialized.Length - _digests[at].Length;
            _digests[at] = serialized;
            return;
        }

        at = ~at;
        if (Count == _timestamps.Length)
        {
            var larger = Count + Math.Max(2, Count >> 1);
            Array.Resize(ref _timestamps, larger);
            Array.Resize(ref _digests, larger);
        }

        Array.Copy(_timestamps, at, _timestamps, at + 1, Count - at);
        Array.Copy(_digests, at, _digests, at + 1, Count - at);
        _timestamps[at] = timestampMs;
        _digests[at] = serialized;
        Bytes += serialized.Length;
        Count++;
    }

    public void CopyTo(long fromMs, long toMs, List<(long TimestampMs, byte[] Serialized)> destination)
    {
        var at = Array.BinarySearch(_timestamps, 0, Count, fromMs);
        for (var i = at < 0 ? ~at : at; i < Count && _timestamps[i] < toMs; i++)
        {
            destination.Add((_timestamps[i], _digests[i]));
        }
    }
}
