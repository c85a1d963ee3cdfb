using Metrics.Core.Index;
using Metrics.Core.Query;

namespace Metrics.Core.Cardinality;

/// <summary>
/// Counts the distinct values of a metric's tags over all shards. A count of a large metric takes tens of milliseconds and is asked for
/// by every refused request, so it is kept for seconds, and longer the longer it took. Thread-safe; one count runs at a time.
/// </summary>
internal sealed class TagCensus(ITagIndexSource source, TimeProvider time)
{
    public static readonly TimeSpan KeepFor = TimeSpan.FromSeconds(5);

    private const int MaxMetrics = RefusalLog.MaxMetrics;

    /// <summary>Counting takes at most this part of one core's time for a metric.</summary>
    private const int RestFactor = 50;

    private const int MaxTags = 5;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (IReadOnlyList<TagCardinality> Tags, DateTimeOffset Until)> _kept = new(StringComparer.Ordinal);

    /// <summary>The tags with the most values, most first; empty when the metric has no series with tags.</summary>
    public IReadOnlyList<TagCardinality> TagsOf(string metric)
    {
        lock (_gate)
        {
            var started = time.GetUtcNow();
            if (_kept.TryGetValue(metric, out var kept) && started < kept.Until)
            {
                return kept.Tags;
            }

            if (_kept.Count >= MaxMetrics)
            {
                _kept.Remove(_kept.MinBy(static k => k.Value.Until).Key);
            }

            var timestamp = time.GetTimestamp();
            var tags = Count(metric);
            var rest = time.GetElapsedTime(timestamp) * RestFactor;
            _kept[metric] = (tags, started + (rest > KeepFor ? rest : KeepFor));
            return tags;
        }
    }

    private List<TagCardinality> Count(string metric)
    {
        if (!CompiledSelector.TryCompile(new SeriesSelector(metric, []), out var selector, out _))
        {
            return [];
        }

        var valuesByKey = new Dictionary<int, HashSet<int>>();
        SymbolTable? symbols = null;
        foreach (var index in source.Indexes)
        {
            symbols = index.Symbols;
            index.CollectTags(selector, valuesByKey);
        }

        return
        [
            .. valuesByKey.Select(v => new TagCardinality(symbols![v.Key], v.Value.Count))
                .OrderByDescending(static t => t.Values).ThenBy(static t => t.Key, StringComparer.Ordinal).Take(MaxTags),
        ];
    }
}
