namespace Metrics.Core.Series;

/// <summary>The distributions of a series: serialized digests in ascending time, one a timestamp.</summary>
internal sealed class DistributionSamples
{
    private long[] _timestamps = new long[2];
    private byte[][] _digests = new byte[2][];

    /// <summary>Whether a block has it, durably.</summary>
    private bool[] _sealed = new bool[2];

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    public long OldestMs => _timestamps[0];

    public long NewestMs => Count == 0 ? long.MinValue : _timestamps[Count - 1];

    /// <summary>The oldest that is not sealed; <see cref="long.MaxValue"/> when there is none.</summary>
    public long OldestUnsealedMs
    {
        get
        {
            var at = Array.IndexOf(_sealed, false, 0, Count);
            return at < 0 ? long.MaxValue : _timestamps[at];
        }
    }

    public void Put(long timestampMs, byte[] serialized)
    {
        var at = Array.BinarySearch(_timestamps, 0, Count, timestampMs);
        if (at >= 0)
        {
            Bytes += serialized.Length - _digests[at].Length;
            _digests[at] = serialized;
            _sealed[at] = false;
            return;
        }

        at = ~at;
        if (Count == _timestamps.Length)
        {
            Resize(Count + Math.Max(2, Count >> 1));
        }

        Array.Copy(_timestamps, at, _timestamps, at + 1, Count - at);
        Array.Copy(_digests, at, _digests, at + 1, Count - at);
        Array.Copy(_sealed, at, _sealed, at + 1, Count - at);
        _timestamps[at] = timestampMs;
        _digests[at] = serialized;
        _sealed[at] = false;
        Bytes += serialized.Length;
        Count++;
    }

    public void CopyTo(long fromMs, long toMs, List<(long TimestampMs, byte[] Serialized)> destination)
    {
        for (var i = IndexFrom(fromMs); i < Count && _timestamps[i] < toMs; i++)
        {
            destination.Add((_timestamps[i], _digests[i]));
        }
    }

    /// <summary>Those of a range that are not sealed.</summary>
    public void CopyUnsealed(long fromMs, long toMs, List<(long TimestampMs, byte[] Serialized)> destination)
    {
        for (var i = IndexFrom(fromMs); i < Count && _timestamps[i] < toMs; i++)
        {
            if (!_sealed[i])
            {
                destination.Add((_timestamps[i], _digests[i]));
            }
        }
    }

    /// <summary>Marks one as sealed, unless it was replaced or deleted.</summary>
    public void MarkSealed(long timestampMs, byte[] serialized)
    {
        var at = Array.BinarySearch(_timestamps, 0, Count, timestampMs);
        if (at >= 0 && ReferenceEquals(_digests[at], serialized))
        {
            _sealed[at] = true;
        }
    }

    /// <summary>Removes the sealed ones, or all, of a range.</summary>
    /// <returns>How many, and the newest timestamp of them.</returns>
    public (int Count, long NewestMs) Remove(long fromMs, long toMs, bool sealedOnly)
    {
        var from = IndexFrom(fromMs);
        var kept = from;
        var newest = long.MinValue;
        for (var i = from; i < Count; i++)
        {
            if (_timestamps[i] < toMs && (_sealed[i] || !sealedOnly))
            {
                Bytes -= _digests[i].Length;
                newest = _timestamps[i];
                continue;
            }

            _timestamps[kept] = _timestamps[i];
            _digests[kept] = _digests[i];
            _sealed[kept++] = _sealed[i];
        }

        var removed = Count - kept;
        Array.Clear(_digests, kept, removed);
        Count = kept;
        if (removed != 0 && Count < _timestamps.Length / 4)
        {
            Resize(Math.Max(2, Count * 2));
        }

        return (removed, newest);
    }

    private int IndexFrom(long timestampMs)
    {
        var at = Array.BinarySearch(_timestamps, 0, Count, timestampMs);
        return at < 0 ? ~at : at;
    }

    private void Resize(int length)
    {
        Array.Resize(ref _timestamps, length);
        Array.Resize(ref _digests, length);
        Array.Resize(ref _sealed, length);
    }
}
