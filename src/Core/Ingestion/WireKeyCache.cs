namespace Metrics.Core.Ingestion;

/// <summary>
/// From a wire key to what it stands for: the lookup of every point on the steady path. Open addressing; reads take no lock,
/// writes take one.
/// </summary>
/// <remarks>
/// One series may come under many keys (its tags in another order), which a hostile sender could use to fill memory:
/// at <paramref name="maxEntries"/> the cache is emptied and fills again with what is still in use.
/// </remarks>
/// <param name="maxEntries">Entries it holds at most; 24 bytes each, 32 to 64 with the free slots.</param>
public sealed class WireKeyCache<T>(int maxEntries)
    where T : class
{
    private const int InitialSlots = 1024;

    private readonly Lock _sync = new();
    private Entry[] _entries = new Entry[InitialSlots];
    private int _count;

    /// <summary>Entries.</summary>
    public int Count => Volatile.Read(ref _count);

    public T? Find(WireKey key)
    {
        var entries = Volatile.Read(ref _entries);
        for (var i = Slot(key, entries.Length); ; i = (i + 1) & (entries.Length - 1))
        {
            // The value is written last, so a key beside a value is whole.
            var value = Volatile.Read(ref entries[i].Value);
            if (value is null || entries[i].Is(key))
            {
                return value;
            }
        }
    }

    /// <summary>Hints that a key will be looked up soon.</summary>
    public void Prefetch(WireKey key)
    {
        // Two entries on, since an entry may cross a cache line and a key be a few entries away from its slot.
        var entries = Volatile.Read(ref _entries);
        var slot = Slot(key, entries.Length);
        Memory.Prefetch.Read(ref entries[slot]);
        Memory.Prefetch.Read(ref entries[(slot + 2) & (entries.Length - 1)]);
    }

    /// <summary>Adds or replaces.</summary>
    public void Set(WireKey key, T value)
    {
        lock (_sync)
        {
            if (_count >= maxEntries && Find(key) is null)
            {
                Volatile.Write(ref _entries, new Entry[InitialSlots]);
                _count = 0;
            }
            else if ((_count + 1) * 4 > _entries.Length * 3)
            {
                var larger = new Entry[_entries.Length * 2];
                foreach (var entry in _entries)
                {
                    if (entry.Value is not null)
                    {
                        Put(larger, new WireKey(new UInt128(entry.High, entry.Low)), entry.Value);
                    }
                }

                Volatile.Write(ref _entries, larger);
            }

            if (Put(_entries, key, value))
            {
                _count++;
            }
        }
    }

    /// <summary>Takes out what satisfies a condition. Readers go on with the entries from before meanwhile.</summary>
    public void RemoveAll(Func<T, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        lock (_sync)
        {
            var kept = new Entry[_entries.Length];
            var count = 0;
            foreach (var entry in _entries)
            {
                if (entry.Value is not null && !condition(entry.Value))
                {
                    Put(kept, new WireKey(new UInt128(entry.High, entry.Low)), entry.Value);
                    count++;
                }
            }

            Volatile.Write(ref _entries, kept);
            _count = count;
        }
    }

    private static bool Put(Entry[] entries, WireKey key, T value)
    {
        var i = Slot(key, entries.Length);
        while (entries[i].Value is not null)
        {
            if (entries[i].Is(key))
            {
                Volatile.Write(ref entries[i].Value, value);
                return false;
            }

            i = (i + 1) & (entries.Length - 1);
        }

        entries[i].Low = (ulong)key.Value;
        entries[i].High = (ulong)(key.Value >> 64);
        Volatile.Write(ref entries[i].Value, value);
        return true;
    }

    private static int Slot(WireKey key, int length) => (int)(uint)key.Value & (length - 1);

    private struct Entry
    {
        // In halves: an UInt128 would be aligned to 16 bytes, and an entry be 32 long.
        public ulong Low;
        public ulong High;
        public T? Value;

        public readonly bool Is(WireKey key) => Low == (ulong)key.Value && High == (ulong)(key.Value >> 64);
    }
}
