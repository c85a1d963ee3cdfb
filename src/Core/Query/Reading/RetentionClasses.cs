using Metrics.Core.Blocks;
using Metrics.Core.Index;
using Metrics.Core.Model;
using Metrics.Core.Query.Planning;

namespace Metrics.Core.Query.Reading;

/// <summary>Sorts the series of a query by how long they are kept; most queries have one class only, and ask once.</summary>
internal sealed class RetentionClasses
{
    private readonly IReadFilter _filter;
    private readonly Dictionary<string, int?> _byMetric = new(StringComparer.Ordinal);
    private readonly List<RetentionSpans> _spans = [];

    public RetentionClasses(IReadFilter filter, SeriesSelector selector)
    {
        _filter = filter;
        if (selector.Metric is { } metric && filter.SpansOf(metric) is { } spans)
        {
            _spans.Add(spans);
        }
        else
        {
            _spans.AddRange(filter.Spans.Distinct());
        }
    }

    public IReadOnlyList<RetentionSpans> Spans => _spans;

    public bool IsOne => _spans.Count == 1;

    public int ClassOf(TagIndex index, int ordinal)
    {
        if (IsOne)
        {
            return 0;
        }

        var metric = index.MetricOf(ordinal);
        return metric == 0 ? 0 : ClassOf(index.Symbols[metric], (index, ordinal), static i => i.index.TryGetKey(i.ordinal, out var key) ? key : null);
    }

    public int ClassOf(BlockReader block, int row) =>
        IsOne ? 0 : ClassOf(block.MetricOf(row), (block, row), static b => b.block.KeyOf(b.row));

    private int ClassOf<T>(string metric, T source, Func<T, SeriesKey?> keyOf)
    {
        if (!_byMetric.TryGetValue(metric, out var known))
        {
            known = _filter.SpansOf(metric) is { } spans ? NumberOf(spans) : null;
            _byMetric.Add(metric, known);
        }

        return known ?? (keyOf(source) is { } key ? NumberOf(_filter.SpansOf(key)) : 0);
    }

    /// <summary>The policies may have changed since the query began: then what held at its start is near enough.</summary>
    private int NumberOf(RetentionSpans spans) => Math.Max(0, _spans.IndexOf(spans));
}
