using System.Runtime.InteropServices;
using Metrics.Core.Model;

namespace Metrics.Core.Index;

/// <summary>
/// What a <see cref="TagIndex"/> keeps. A series is a run of ints in <see cref="_entries"/>: key set, metric, then the value of
/// each key of the set. Posting lists hold the symbols; a series itself holds none. Not thread-safe.
/// </summary>
internal sealed class IndexData(SymbolTable symbols, int reuseAfter)
{
    private const int HeaderLength = 2;

    private readonly Dictionary<int, PostingList> _metrics = [];
    private readonly Dictionary<int, Dictionary<int, PostingList>> _tags = [];
    private readonly KeySetTable _keySets = new();
    private readonly EntryStore _entries = new();
    private readonly Queue<int> _freedOrdinals = new();

    /// <summary>Ordinals at the end of the queue that may still be in somebody's hands.</summary>
    private int _quarantined;

    /// <summary>By ordinal: the handle of its entry, or 0.</summary>
    private int[] _handles = [];

    public int Count { get; private set; }

    /// <summary>One more than the highest ordinal ever given out.</summary>
    public int OrdinalBound { get; private set; }

    public Dictionary<int, PostingList>.KeyCollection Metrics => _metrics.Keys;

    public Dictionary<int, Dictionary<int, PostingList>>.KeyCollection TagKeys => _tags.Keys;

    public IReadOnlyCollection<int> ValuesOf(int key) => _tags.TryGetValue(key, out var values) ? values.Keys : [];

    public int Add(SeriesKey key)
    {
        var tags = key.Tags;
        var ordinal = _freedOrdinals.Count > Math.Max(reuseAfter, _quarantined) ? _freedOrdinals.Dequeue() : OrdinalBound++;
        if (ordinal >= _handles.Length)
        {
            Array.Resize(ref _handles, Math.Max(64, _handles.Length + (_handles.Length / 4)));
        }

        var handle = _entries.Allocate(HeaderLength + tags.Count);
        var entry = _entries.Read(handle, HeaderLength + tags.Count);
        var keys = new int[tags.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = SymbolIn(_tags, tags[i].Key);
            ref var values = ref CollectionsMarshal.GetValueRefOrAddDefault(_tags, keys[i], out _);
            values ??= [];
            var value = entry[HeaderLength + i] = SymbolIn(values, tags[i].Value);
            CollectionsMarshal.GetValueRefOrAddDefault(values, value, out _).Add(ordinal);
        }

        var tenant = symbols.Hold(key.Tenant);
        var keySet = _keySets.Hold(tenant, keys, out var isNew);
        if (!isNew)
        {
            symbols.Release(tenant);
        }

        entry[0] = keySet.Id;
        entry[1] = SymbolIn(_metrics, key.Metric);
        CollectionsMarshal.GetValueRefOrAddDefault(_metrics, entry[1], out _).Add(ordinal);
        _handles[ordinal] = handle;
        Count++;
        return ordinal;
    }

    /// <returns>False when there is no such series.</returns>
    public bool Remove(int ordinal, bool quarantine = false)
    {
        if (!TryRead(ordinal, out var keySet, out var metric, out var values))
        {
            return false;
        }

        for (var i = 0; i < values.Length; i++)
        {
            var key = keySet.Keys[i];
            var lists = _tags[key];
            RemoveFrom(lists, values[i], ordinal);
            if (lists.Count == 0)
            {
                _tags.Remove(key);
                symbols.Release(key);
            }
        }

        RemoveFrom(_metrics, metric, ordinal);
        _entries.Free(_handles[ordinal], HeaderLength + values.Length);
        _handles[ordinal] = 0;
        _freedOrdinals.Enqueue(ordinal);
        _quarantined += quarantine ? 1 : 0;
        Count--;
        if (_keySets.Release(keySet))
        {
            symbols.Release(keySet.Tenant);
        }

        return true;
    }

    /// <summary>The parts of a series; false when there is none under this ordinal.</summary>
    public bool TryRead(int ordinal, out KeySet keySet, out int metric, out ReadOnlySpan<int> values)
    {
        var handle = (uint)ordinal < (uint)OrdinalBound ? _handles[ordinal] : 0;
        if (handle == 0)
        {
            keySet = null!;
            metric = 0;
            values = default;
            return false;
        }

        var header = _entries.Read(handle, HeaderLength);
        keySet = _keySets[header[0]];
        metric = header[1];
        values = _entries.Read(handle + HeaderLength, keySet.Keys.Length);
        return true;
    }

    /// <summary>Ordinals freed so far may be given out again.</summary>
    public void EndQuarantine() => _quarantined = 0;

    public int CountOfMetric(int metric) => _metrics.TryGetValue(metric, out var list) ? list.Count : 0;

    public int CountOfValue(int key, int value) => _tags.TryGetValue(key, out var lists) && lists.TryGetValue(value, out var list) ? list.Count : 0;

    public void CopyMetric(int metric, List<int> destination)
    {
        if (_metrics.TryGetValue(metric, out var list))
        {
            list.CopyTo(destination);
        }
    }

    public void CopyValue(int key, int value, List<int> destination)
    {
        if (_tags.TryGetValue(key, out var lists) && lists.TryGetValue(value, out var list))
        {
            list.CopyTo(destination);
        }
    }

    public void CopyAll(List<int> destination)
    {
        for (var ordinal = 0; ordinal < OrdinalBound; ordinal++)
        {
            if (_handles[ordinal] != 0)
            {
                destination.Add(ordinal);
            }
        }
    }

    /// <summary>The symbol of a dictionary's key, held once for the dictionary.</summary>
    private int SymbolIn<T>(Dictionary<int, T> dictionary, string text) =>
        symbols.TryGet(text, out var symbol) && dictionary.ContainsKey(symbol) ? symbol : symbols.Hold(text);

    private void RemoveFrom(Dictionary<int, PostingList> lists, int symbol, int ordinal)
    {
        ref var list = ref CollectionsMarshal.GetValueRefOrNullRef(lists, symbol);
        list.Remove(ordinal);
        if (list.Count > 0)
        {
            return;
        }

        lists.Remove(symbol);
        symbols.Release(symbol);
        if (lists.Capacity > 64 && lists.Count < lists.Capacity / 4)
        {
            lists.TrimExcess(lists.Count * 2);
        }
    }
}
