using Metrics.Core.Model;

namespace Metrics.Core.Query.Planning;

/// <summary>How long data is kept, by series: what reads are clamped to, whatever blocks and memory still hold. Thread-safe.</summary>
public interface IReadFilter
{
    /// <summary>Every distinct set of spans that a policy in force gives; at least one.</summary>
    IReadOnlyList<RetentionSpans> Spans { get; }

    /// <summary>The spans of every series of a metric, or null when they depend on tags.</summary>
    RetentionSpans? SpansOf(string metric);

    /// <summary>The spans of one series; asked only where the metric does not say.</summary>
    RetentionSpans SpansOf(SeriesKey key);
}

/// <summary>Everything is kept for ever.</summary>
internal sealed class NoReadFilter : IReadFilter
{
    public static readonly NoReadFilter Instance = new();

    public IReadOnlyList<RetentionSpans> Spans { get; } = [RetentionSpans.Forever];

    public RetentionSpans? SpansOf(string metric) => RetentionSpans.Forever;

    public RetentionSpans SpansOf(SeriesKey key) => RetentionSpans.Forever;
}
