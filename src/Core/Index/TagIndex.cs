using System.Diagnostics.CodeAnalysis;
using Metrics.Core.Model;

namespace Metrics.Core.Index;

/// <summary>
/// Which series a shard has, by metric and tags. Thread-safe: many readers at a time; a writer holds them up for a few
/// microseconds, and nobody sees half a series.
/// </summary>
/// <remarks>
/// A series is known by its ordinal, a number below <see cref="OrdinalBound"/>. An ordinal that was removed is given out again only
/// after <see cref="ReuseAfter"/> others were removed, so that a query that still carries it does not meet another series.
/// </remarks>
public sealed class TagIndex
{
    /// <summary>Ordinals removed before the first of them is given out again.</summary>
    public const int ReuseAfter = 1024;

    // Not the slim one, which has to be disposed of when nobody is in it: an index is dropped while queries may still be.
    private readonly ReaderWriterLock _lock = new();
    private readonly SymbolTable _symbols;
    private readonly IndexData _data;

    /// <param name="symbols">The table shared by all indexes of the process.</param>
    public TagIndex(SymbolTable symbols)
        : this(symbols, ReuseAfter)
    {
    }

    internal TagIndex(SymbolTable symbols, int reuseAfter)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        _symbols = symbols;
        _data = new IndexData(symbols, reuseAfter);
    }

    public SymbolTable Symbols => _symbols;

    /// <summary>Series in the index.</summary>
    public int Count => Read(static (data, _) => data.Count, 0);

    /// <summary>One more than the highest ordinal ever given out.</summary>
    public int OrdinalBound => Read(static (data, _) => data.OrdinalBound, 0);

    /// <summary>Adds a series that is not in the index: the caller holds the table from id to series.</summary>
    /// <returns>Its ordinal.</returns>
    public int Add(SeriesKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _lock.AcquireWriterLock(Timeout.Infinite);
        try
        {
            return _data.Add(key);
        }
        finally
        {
            _lock.ReleaseWriterLock();
        }
    }

    /// <summary>Takes a series out, and keeps its ordinal from being given out again until <see cref="ReuseRetired"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none under this ordinal.</exception>
    public void Retire(int ordinal) => Remove(ordinal, quarantine: true);

    /// <summary>Says that nobody goes by the ordinals of series retired so far any more.</summary>
    public void ReuseRetired()
    {
        _lock.AcquireWriterLock(Timeout.Infinite);
        _data.EndQuarantine();
        _lock.ReleaseWriterLock();
    }

    /// <summary>Takes a series out.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none under this ordinal.</exception>
    public void Remove(int ordinal) => Remove(ordinal, quarantine: false);

    private void Remove(int ordinal, bool quarantine)
    {
        _lock.AcquireWriterLock(Timeout.Infinite);
        try
        {
            if (!_data.Remove(ordinal, quarantine))
            {
                throw new ArgumentOutOfRangeException(nameof(ordinal), ordinal, "is not a series of this index");
            }
        }
        finally
        {
            _lock.ReleaseWriterLock();
        }
    }

    /// <summary>The identity of a series, rebuilt.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none under this ordinal.</exception>
    public SeriesKey KeyOf(int ordinal) =>
        TryGetKey(ordinal, out var key) ? key : throw new ArgumentOutOfRangeException(nameof(ordinal), ordinal, "is not a series of this index");

    /// <summary>The same for a series that may have been removed meanwhile.</summary>
    public bool TryGetKey(int ordinal, [NotNullWhen(true)] out SeriesKey? key)
    {
        key = Read(
            static (data, arg) =>
            {
                if (!data.TryRead(arg.ordinal, out var keySet, out var metric, out var values))
                {
                    return null;
                }

                var tags = new Tag[values.Length];
                for (var i = 0; i < tags.Length; i++)
                {
                    tags[i] = new Tag(arg._symbols[keySet.Keys[i]], arg._symbols[values[i]]);
                }

                return SeriesKey.FromSorted(arg._symbols[keySet.Tenant], arg._symbols[metric], tags);
            },
            (ordinal, _symbols));
        return key is not null;
    }

    /// <summary>The value of a tag as a symbol; 0 when the series has no such tag or is gone.</summary>
    public int SymbolOf(int ordinal, int keySymbol)
    {
        var value = 0;
        SymbolsOf([ordinal], keySymbol, new Span<int>(ref value));
        return value;
    }

    /// <summary>The values of one tag of many series at once.</summary>
    /// <param name="ordinals">The series.</param>
    /// <param name="keySymbol">The tag.</param>
    /// <param name="values">As long as <paramref name="ordinals"/>: a symbol for each, 0 where the tag is absent.</param>
    public void SymbolsOf(ReadOnlySpan<int> ordinals, int keySymbol, Span<int> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, ordinals.Length);
        _lock.AcquireReaderLock(Timeout.Infinite);
        try
        {
            KeySet? positioned = null;
            var position = -1;
            for (var i = 0; i < ordinals.Length; i++)
            {
                values[i] = 0;
                if (!_data.TryRead(ordinals[i], out var keySet, out _, out var entry))
                {
                    continue;
                }

                if (keySet != positioned)
                {
                    positioned = keySet;
                    position = keySet.Keys.AsSpan().IndexOf(keySymbol);
                }

                if (position >= 0)
                {
                    values[i] = entry[position];
                }
            }
        }
        finally
        {
            _lock.ReleaseReaderLock();
        }
    }

    /// <summary>The metric of a series as a symbol; 0 when the series is gone.</summary>
    public int MetricOf(int ordinal) =>
        Read(static (data, ordinal) => data.TryRead(ordinal, out _, out var metric, out _) ? metric : 0, ordinal);

    /// <summary>Series of one metric.</summary>
    public int CountOfMetric(int metricSymbol) => Read(static (data, metric) => data.CountOfMetric(metric), metricSymbol);

    /// <summary>Appends the ordinals of all series that satisfy the selector, ascending.</summary>
    /// <exception cref="OperationCanceledException">Expressions over very many values can take a while.</exception>
    public void Select(CompiledSelector selector, List<int> result, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(selector);
        ArgumentNullException.ThrowIfNull(result);
        if (Selection.Resolve(selector, _symbols) is not { } selection)
        {
            return;
        }

        var values = new List<int>();
        while (Read(static (data, arg) => arg.selection.FindBroadPattern(data, arg.values), (selection, values)) is >= 0 and var pattern)
        {
            selection.ReplacePattern(pattern, values, cancellationToken);
        }

        var start = result.Count;
        Read(
            static (data, arg) =>
            {
                arg.selection.Collect(data, arg.result);
                return 0;
            },
            (selection, result));
        selection.ApplyPatterns(result, start, cancellationToken);
    }

    /// <summary>Runs under the read lock.</summary>
    internal TResult Read<TArgument, TResult>(Func<IndexData, TArgument, TResult> read, TArgument argument)
    {
        _lock.AcquireReaderLock(Timeout.Infinite);
        try
        {
            return read(_data, argument);
        }
        finally
        {
            _lock.ReleaseReaderLock();
        }
    }
}
