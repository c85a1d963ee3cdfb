namespace Metrics.Core.Storage;

/// <summary>
/// Numbers that records in the samples' log go by and that no living series has: their definitions are needed as long as the segments with
/// those records are there.
/// </summary>
internal sealed class RetiredNumbers
{
    private readonly Lock _gate = new();
    private List<Entry> _entries = [];
    private long _added;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <param name="reference">The number.</param>
    /// <param name="canonical">The series' canonical form.</param>
    public void Add(uint reference, byte[] canonical)
    {
        lock (_gate)
        {
            _entries.Add(new(reference, canonical, _added++, long.MaxValue));
        }
    }

    /// <summary>Where a later <see cref="Settle"/> reaches to.</summary>
    public long Mark()
    {
        lock (_gate)
        {
            return _added;
        }
    }

    /// <summary>Says that everything logged under the numbers up to a mark is in segments up to this one.</summary>
    public void Settle(long mark, long lastSegment)
    {
        lock (_gate)
        {
            for (var i = 0; i < _entries.Count && _entries[i].Added < mark; i++)
            {
                if (_entries[i].LastSegment == long.MaxValue)
                {
                    _entries[i] = _entries[i] with { LastSegment = lastSegment };
                }
            }
        }
    }

    /// <summary>Forgets the numbers whose segments are gone, and gives the others.</summary>
    public IReadOnlyList<(uint Reference, byte[] Canonical)> KeepFrom(long oldestSegment)
    {
        lock (_gate)
        {
            _entries = _entries.FindAll(e => e.LastSegment >= oldestSegment);
            return _entries.ConvertAll(static e => (e.Reference, e.Canonical));
        }
    }

    private readonly record struct Entry(uint Reference, byte[] Canonical, long Added, long LastSegment);
}
