using Metrics.Core.Query;
using Metrics.Grains.Interfaces.Query;

namespace Metrics.Dashboard.Data;

/// <summary>The dashboard's only way to data: panel queries and listings, asked of the query grain.</summary>
public sealed class MetricsQueries(IGrainFactory grains)
{
    /// <summary>Entries that a completion list asks for.</summary>
    public const int CompletionLimit = 200;

    private IQueryGrain Grain => grains.GetGrain<IQueryGrain>(0);

    /// <summary>Runs one query over a range and lays the answer out for a chart.</summary>
    /// <param name="query">What to ask.</param>
    /// <param name="range">Over what.</param>
    /// <param name="now">The end of a relative range; the same for all panels of a page, so that their grids agree.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="QueryRefusedException">The interval does not fit the range.</exception>
    /// <exception cref="QueryLimitException">The server stopped it.</exception>
    public async Task<ChartFrame> Query(PanelQuery query, TimeRange range, DateTimeOffset now, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(range);
        var plan = QueryPlanner.Plan(query, range, now);
        var result = await Grain.Execute(plan, cancellation).AsTask().WaitAsync(cancellation);
        return FrameBuilder.Build(query, plan, result);
    }

    /// <summary>Metric names that contain a text, in order.</summary>
    public async Task<IReadOnlyList<string>> Metrics(string? containing, CancellationToken cancellation)
    {
        // The index lists in order and has no search by substring: ask for plenty, then narrow.
        var names = await Grain.ListMetrics(SeriesSelector.All, 10_000).AsTask().WaitAsync(cancellation);
        return Narrow(names, containing);
    }

    /// <summary>Whether there is any metric at all.</summary>
    public async Task<bool> HasMetrics(CancellationToken cancellation) =>
        (await Grain.ListMetrics(SeriesSelector.All, 1).AsTask().WaitAsync(cancellation)).Count > 0;

    /// <summary>Tag keys of a metric.</summary>
    public async Task<IReadOnlyList<string>> TagKeys(string metric, CancellationToken cancellation) =>
        await Grain.ListTagKeys(new SeriesSelector(metric, []), CompletionLimit).AsTask().WaitAsync(cancellation);

    /// <summary>Values of a tag of a metric that contain a text.</summary>
    public async Task<IReadOnlyList<string>> TagValues(string metric, string key, string? containing, CancellationToken cancellation)
    {
        var values = await Grain.ListTagValues(key, new SeriesSelector(metric, []), 10_000).AsTask().WaitAsync(cancellation);
        return Narrow(values, containing);
    }

    private static IReadOnlyList<string> Narrow(IReadOnlyList<string> names, string? containing)
    {
        var found = string.IsNullOrWhiteSpace(containing)
            ? names
            : names.Where(name => name.Contains(containing.Trim(), StringComparison.OrdinalIgnoreCase));
        return [.. found.Take(CompletionLimit)];
    }
}
