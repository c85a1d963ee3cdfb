namespace Metrics.Core.Index;

/// <summary>
/// What there is to ask for: the metrics, tag keys and tag values of the series that satisfy a selector. All add distinct
/// symbols to a set, which the caller passes from shard to shard; <see cref="SymbolTable.InOrder"/> turns it into texts.
/// </summary>
public static class TagIndexListings
{
    /// <summary>Adds metrics.</summary>
    /// <param name="index">The shard's index.</param>
    /// <param name="selector">Only metrics with a series that satisfies it.</param>
    /// <param name="metrics">What was found so far, on other shards too.</param>
    /// <param name="limit">Stops when the set has so many; which ones is not defined then.</param>
    /// <param name="cancellationToken">Stops the evaluation of expressions.</param>
    public static void ListMetrics(
        this TagIndex index, CompiledSelector selector, HashSet<int> metrics, int limit = int.MaxValue, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(selector);
        ArgumentNullException.ThrowIfNull(metrics);
        if (selector.IsAll)
        {
            index.Read(static (data, arg) => AddUpTo(arg.limit, data.Metrics, arg.metrics), (metrics, limit));
            return;
        }

        Scan(index, selector, (_, metric, _) =>
        {
            if (metrics.Count < limit)
            {
                metrics.Add(metric);
            }

            return metrics.Count < limit;
        }, cancellationToken);
    }

    /// <summary>Adds tag keys; the parameters are those of <see cref="ListMetrics"/>.</summary>
    public static void ListTagKeys(
        this TagIndex index, CompiledSelector selector, HashSet<int> keys, int limit = int.MaxValue, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(selector);
        ArgumentNullException.ThrowIfNull(keys);
        if (selector.IsAll)
        {
            index.Read(static (data, arg) => AddUpTo(arg.limit, data.TagKeys, arg.keys), (keys, limit));
            return;
        }

        var seen = new HashSet<KeySet>();
        Scan(index, selector, (keySet, _, _) => !seen.Add(keySet) || AddUpTo(limit, keySet.Keys, keys), cancellationToken);
    }

    /// <summary>Adds the values of one tag; the other parameters are those of <see cref="ListMetrics"/>.</summary>
    public static void ListTagValues(
        this TagIndex index,
        string tagKey,
        CompiledSelector selector,
        HashSet<int> values,
        int limit = int.MaxValue,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(selector);
        ArgumentNullException.ThrowIfNull(values);
        if (!index.Symbols.TryGet(tagKey, out var key))
        {
            return;
        }

        if (selector.IsAll)
        {
            index.Read(static (data, arg) => AddUpTo(arg.limit, data.ValuesOf(arg.key), arg.values), (key, values, limit));
            return;
        }

        Scan(index, selector, (keySet, _, entry) =>
        {
            var position = keySet.Keys.AsSpan().IndexOf(key);
            if (position >= 0 && values.Count < limit)
            {
                values.Add(entry[position]);
            }

            return values.Count < limit;
        }, cancellationToken);
    }

    /// <summary>Adds every tag key with its values, in one pass: what a report on cardinality asks for.</summary>
    public static void CollectTags(
        this TagIndex index, CompiledSelector selector, Dictionary<int, HashSet<int>> valuesByKey, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(selector);
        ArgumentNullException.ThrowIfNull(valuesByKey);
        Scan(index, selector, (keySet, _, entry) =>
        {
            for (var i = 0; i < entry.Length; i++)
            {
                if (!valuesByKey.TryGetValue(keySet.Keys[i], out var values))
                {
                    valuesByKey.Add(keySet.Keys[i], values = []);
                }

                values.Add(entry[i]);
            }

            return true;
        }, cancellationToken);
    }

    private delegate bool Visit(KeySet keySet, int metric, ReadOnlySpan<int> values);

    private static bool AddUpTo(int limit, IEnumerable<int> symbols, HashSet<int> destination)
    {
        foreach (var symbol in symbols)
        {
            if (destination.Count >= limit)
            {
                return false;
            }

            destination.Add(symbol);
        }

        return destination.Count < limit;
    }

    /// <summary>Visits the series until told to stop, in slices, so that a large answer does not hold a writer up.</summary>
    private static void Scan(TagIndex index, CompiledSelector selector, Visit visit, CancellationToken cancellationToken)
    {
        const int Slice = 8192;
        var ordinals = new List<int>();
        index.Select(selector, ordinals, cancellationToken);
        var goOn = true;
        for (var from = 0; goOn && from < ordinals.Count; from += Slice)
        {
            cancellationToken.ThrowIfCancellationRequested();
            goOn = index.Read(
                static (data, arg) =>
                {
                    var until = Math.Min(arg.from + Slice, arg.ordinals.Count);
                    for (var i = arg.from; i < until; i++)
                    {
                        if (data.TryRead(arg.ordinals[i], out var keySet, out var metric, out var values) && !arg.visit(keySet, metric, values))
                        {
                            return false;
                        }
                    }

                    return true;
                },
                (ordinals, from, visit));
        }
    }
}
