using System.Numerics;

namespace Metrics.Core.Index;

/// <summary>
/// One <see cref="CompiledSelector"/> at work on one index. The smallest set of posting lists that must hold every answer
/// drives; each of its series is then looked at once, for all other conditions. Everything here but the evaluation of patterns
/// works on ints alone, so that the index is never locked while an expression runs.
/// </summary>
internal sealed class Selection
{
    /// <summary>With this many more series to look at than the tag has values, it is cheaper to try the values first.</summary>
    private const int ValuesFirstFactor = 4;

    private readonly SymbolTable _symbols;
    private readonly int _metric;
    private readonly List<Filter> _filters = [];
    private readonly List<int> _deferredValues = [];
    private int _deferred;

    private Selection(SymbolTable symbols, int metric)
    {
        _symbols = symbols;
        _metric = metric;
    }

    /// <summary>Looks the selector's texts up; null when no series can satisfy it.</summary>
    public static Selection? Resolve(CompiledSelector selector, SymbolTable symbols)
    {
        selector.BindTo(symbols);
        var metric = 0;
        if (selector.Metric is not null && !symbols.TryGet(selector.Metric, out metric))
        {
            return null;
        }

        var selection = new Selection(symbols, metric);
        foreach (var matcher in selector.Matchers)
        {
            if (!symbols.TryGet(matcher.Key, out var key))
            {
                if (!matcher.AbsentPasses)
                {
                    return null;
                }

                continue;
            }

            int[]? values = null;
            if (matcher.Values is not null)
            {
                values = SymbolsOf(matcher.Values, symbols);
                if (values.Length == 0 && !matcher.Negated && !matcher.AbsentPasses)
                {
                    return null;
                }
            }

            selection._filters.Add(new Filter(key, values, matcher.Negated, matcher));
        }

        return selection;
    }

    /// <summary>The next pattern worth trying on all values of its tag first, and those values; -1 when there is none (left).</summary>
    public int FindBroadPattern(IndexData data, List<int> values)
    {
        values.Clear();
        if (!_filters.Exists(static f => f is { IsDeferred: true, AbsentPasses: false }))
        {
            return -1;
        }

        var candidates = FindDriver(data, out _);
        for (var i = 0; i < _filters.Count; i++)
        {
            var filter = _filters[i];
            if (filter is { IsDeferred: true, AbsentPasses: false } && data.ValuesOf(filter.Key) is var all && all.Count < candidates / ValuesFirstFactor)
            {
                values.AddRange(all);
                return i;
            }
        }

        return -1;
    }

    /// <summary>Turns a pattern into the list of those values that pass.</summary>
    public void ReplacePattern(int index, List<int> values, CancellationToken cancellationToken)
    {
        var filter = _filters[index];
        var passing = new List<int>();
        foreach (var value in values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (filter.Matcher.Passes(value, _symbols))
            {
                passing.Add(value);
            }
        }

        passing.Sort();
        _filters[index] = filter with { Values = [.. passing], Negated = false };
    }

    /// <summary>Appends the series that satisfy all but the patterns that are left, and notes the values those are to be asked about.</summary>
    public void Collect(IndexData data, List<int> result)
    {
        var start = result.Count;
        FindDriver(data, out var driver);
        if (driver >= 0)
        {
            CopyValues(data, _filters[driver], result);
            _filters.RemoveAt(driver);
        }
        else if (_metric != 0)
        {
            data.CopyMetric(_metric, result);
        }
        else
        {
            data.CopyAll(result);
        }

        _deferred = _filters.Count(static f => f.IsDeferred);
        var metric = driver >= 0 ? _metric : 0;
        if (_filters.Count > 0 || metric != 0)
        {
            Narrow(data, result, start, metric);
        }
    }

    /// <summary>Drops what the remaining patterns do not match.</summary>
    public void ApplyPatterns(List<int> result, int start, CancellationToken cancellationToken)
    {
        if (_deferred == 0)
        {
            return;
        }

        var kept = start;
        for (var i = start; i < result.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var at = (i - start) * _deferred;
            var passes = true;
            foreach (var filter in _filters)
            {
                if (filter.IsDeferred)
                {
                    var value = _deferredValues[at++];
                    passes = passes && (value == 0 ? filter.AbsentPasses : filter.Matcher.Passes(value, _symbols));
                }
            }

            if (passes)
            {
                result[kept++] = result[i];
            }
        }

        result.RemoveRange(kept, result.Count - kept);
    }

    private static int[] SymbolsOf(string[] texts, SymbolTable symbols)
    {
        var found = new List<int>(texts.Length);
        foreach (var text in texts)
        {
            if (symbols.TryGet(text, out var symbol))
            {
                found.Add(symbol);
            }
        }

        found.Sort();
        return [.. found];
    }

    private static void CopyValues(IndexData data, Filter filter, List<int> result)
    {
        if (filter.Values!.Length == 1)
        {
            data.CopyValue(filter.Key, filter.Values[0], result);
            return;
        }

        // A series has one value of a tag, so the lists share nothing; a bitmap puts them in order without a sort.
        var bitmap = new ulong[(data.OrdinalBound + 63) / 64];
        var list = new List<int>();
        foreach (var value in filter.Values)
        {
            list.Clear();
            data.CopyValue(filter.Key, value, list);
            foreach (var ordinal in list)
            {
                bitmap[ordinal >> 6] |= 1UL << (ordinal & 63);
            }
        }

        for (var word = 0; word < bitmap.Length; word++)
        {
            for (var bits = bitmap[word]; bits != 0; bits &= bits - 1)
            {
                result.Add((word << 6) + BitOperations.TrailingZeroCount(bits));
            }
        }
    }

    /// <returns>How many series are to be looked at.</returns>
    private int FindDriver(IndexData data, out int driver)
    {
        driver = -1;
        var least = _metric != 0 ? data.CountOfMetric(_metric) : data.Count;
        for (var i = 0; i < _filters.Count; i++)
        {
            var filter = _filters[i];
            if (!filter.CanDrive)
            {
                continue;
            }

            var count = 0;
            foreach (var value in filter.Values!)
            {
                count += data.CountOfValue(filter.Key, value);
            }

            // With as many as there are series anyway, the list still saves a look at each for this condition.
            if (count < least || (count == least && driver < 0 && _metric == 0))
            {
                (least, driver) = (count, i);
            }
        }

        return least;
    }

    private void Narrow(IndexData data, List<int> result, int start, int metric)
    {
        var kept = start;
        var positions = new int[_filters.Count];
        KeySet? positioned = null;
        for (var i = start; i < result.Count; i++)
        {
            if (!data.TryRead(result[i], out var keySet, out var metricOf, out var values) || (metric != 0 && metricOf != metric))
            {
                continue;
            }

            if (keySet != positioned)
            {
                positioned = keySet;
                for (var f = 0; f < positions.Length; f++)
                {
                    positions[f] = keySet.Keys.AsSpan().IndexOf(_filters[f].Key);
                }
            }

            if (Passes(values, positions))
            {
                result[kept++] = result[i];
            }
        }

        result.RemoveRange(kept, result.Count - kept);
    }

    private bool Passes(ReadOnlySpan<int> values, int[] positions)
    {
        for (var f = 0; f < positions.Length; f++)
        {
            if (!_filters[f].IsDeferred && !_filters[f].Passes(positions[f] < 0 ? 0 : values[positions[f]]))
            {
                return false;
            }
        }

        if (_deferred > 0)
        {
            for (var f = 0; f < positions.Length; f++)
            {
                if (_filters[f].IsDeferred)
                {
                    _deferredValues.Add(positions[f] < 0 ? 0 : values[positions[f]]);
                }
            }
        }

        return true;
    }
}
