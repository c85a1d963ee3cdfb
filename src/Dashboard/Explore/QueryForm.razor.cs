using Metrics.Dashboard.Data;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Logging;

namespace Metrics.Dashboard.Explore;

/// <summary>The controls of a query. It holds nothing but what is being typed: each change goes out as a new state.</summary>
public partial class QueryForm : ComponentBase
{
    private static readonly string[] Aggregations =
        ["avg", "sum", "min", "max", "count", "last", "rate", "increase", "p50", "p90", "p95", "p99", "p99.9"];

    private static readonly string[] Intervals = ["auto", "1s", "5s", "10s", "30s", "1m", "5m", "15m", "1h", "6h", "1d"];

    private IReadOnlyList<string> _keys = [];
    private string? _keysOf;
    private string? _intervalProblem;
    private bool _editing;
    private int? _editedIndex;
    private TagFilter? _edited;

    [Parameter, EditorRequired]
    public ExploreState State { get; set; } = ExploreState.Empty;

    [Parameter]
    public EventCallback<ExploreState> StateChanged { get; set; }

    [Inject]
    private MetricsQueries Queries { get; set; } = null!;

    [Inject]
    private ILogger<QueryForm> Logger { get; set; } = null!;

    // What the address asks for is offered too, though it be p97 or a tag that is gone.
    private IEnumerable<string> AggregationChoices => Aggregations.Union([State.Aggregation]);

    private IEnumerable<string> KeyChoices => _keys.Union(State.GroupBy);

    private string IntervalText => State.Interval is { } interval ? Durations.Format(interval) : "auto";

    protected override async Task OnParametersSetAsync()
    {
        if (State.Metric == _keysOf)
        {
            return;
        }

        _keysOf = State.Metric;
        _keys = State.Metric is { } metric ? await OrNothing(() => Queries.TagKeys(metric, CancellationToken.None)) : [];
    }

    private async Task<IEnumerable<string>> SearchMetrics(string? text, CancellationToken cancellation) =>
        // The chosen metric in the box is no search: opening the list shows all.
        await OrNothing(() => Queries.Metrics(text == State.Metric ? null : text, cancellation));

    private static Task<IEnumerable<string>> SearchIntervals(string? text, CancellationToken cancellation) =>
        Task.FromResult<IEnumerable<string>>(Intervals);

    // Completion is a help: when it fails, typing goes on, and the page's own query says what is wrong.
    private async Task<IReadOnlyList<string>> OrNothing(Func<Task<IReadOnlyList<string>>> list)
    {
        try
        {
            return await list();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            QueryErrors.QueryFailed(Logger, error, "a completion list");
            return [];
        }
    }

    private async Task OnMetric(string? metric)
    {
        if (!string.IsNullOrEmpty(metric) && metric != State.Metric)
        {
            // Filters and groups speak of the tags of the metric before.
            StopEditing();
            await StateChanged.InvokeAsync(State with { Metric = metric, Filters = [], GroupBy = [] });
        }
    }

    private Task OnAggregation(string? name) => StateChanged.InvokeAsync(State with { Aggregation = name ?? ExploreState.DefaultAggregation });

    private Task OnGroupBy(IReadOnlyCollection<string?>? keys) =>
        StateChanged.InvokeAsync(State with { GroupBy = [.. (keys ?? []).Where(static key => key is not null).Select(static key => key!)] });

    private async Task OnInterval(string? text)
    {
        _intervalProblem = null;
        if (string.IsNullOrWhiteSpace(text) || text.Trim() == "auto")
        {
            await StateChanged.InvokeAsync(State with { Interval = null });
        }
        else if (Durations.TryParse(text.Trim(), out var interval))
        {
            await StateChanged.InvokeAsync(State with { Interval = interval });
        }
        else
        {
            _intervalProblem = "auto, 10s, 1m, 1h…";
        }
    }

    private void Add()
    {
        _editing = true;
        _editedIndex = null;
        _edited = null;
    }

    private void Edit(int index)
    {
        _editing = true;
        _editedIndex = index;
        _edited = State.Filters[index];
    }

    private void StopEditing() => _editing = false;

    private Task Remove(int index)
    {
        StopEditing();
        return StateChanged.InvokeAsync(State with { Filters = [.. State.Filters.Where((_, i) => i != index)] });
    }

    private Task OnFilter(TagFilter filter)
    {
        StopEditing();
        IReadOnlyList<TagFilter> filters = _editedIndex is { } index && index < State.Filters.Count
            ? [.. State.Filters.Select((old, i) => i == index ? filter : old)]
            : [.. State.Filters, filter];
        return StateChanged.InvokeAsync(State with { Filters = filters });
    }
}
