namespace Metrics.Core.Index;

/// <summary>The key sets of one index, by number. Not thread-safe.</summary>
internal sealed class KeySetTable
{
    private readonly Dictionary<KeySet, KeySet> _sets = new(new ByContent());
    private readonly List<KeySet?> _byId = [];
    private readonly Stack<int> _freed = new();

    public KeySet this[int id] => _byId[id]!;

    /// <summary>The set of a new series; <paramref name="isNew"/> tells that nobody used it before.</summary>
    public KeySet Hold(int tenant, int[] keys, out bool isNew)
    {
        var wanted = new KeySet(_freed.TryPeek(out var freed) ? freed : _byId.Count, tenant, keys);
        isNew = !_sets.TryGetValue(wanted, out var set);
        if (isNew)
        {
            set = wanted;
            _sets.Add(set, set);
            if (_freed.TryPop(out _))
            {
                _byId[set.Id] = set;
            }
            else
            {
                _byId.Add(set);
            }
        }

        set!.Series++;
        return set;
    }

    /// <summary>One series less.</summary>
    /// <returns>True when it was the last.</returns>
    public bool Release(KeySet set)
    {
        if (--set.Series > 0)
        {
            return false;
        }

        _sets.Remove(set);
        _byId[set.Id] = null;
        _freed.Push(set.Id);
        return true;
    }

    private sealed class ByContent : IEqualityComparer<KeySet>
    {
        public bool Equals(KeySet? x, KeySet? y) => x!.Tenant == y!.Tenant && x.Keys.AsSpan().SequenceEqual(y.Keys);

        public int GetHashCode(KeySet obj)
        {
            var hash = new HashCode();
            hash.Add(obj.Tenant);
            foreach (var key in obj.Keys)
            {
                hash.Add(key);
            }

            return hash.ToHashCode();
        }
    }
}
