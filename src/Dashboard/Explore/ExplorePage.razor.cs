using Metrics.Core.Query;
using Metrics.Dashboard.Data;
using Metrics.Dashboard.Overview;
using Metrics.Dashboard.Refresh;
using Metrics.Dashboard.Units;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.Extensions.Logging;

namespace Metrics.Dashboard.Explore;

/// <summary>One query, looked at from all sides. What is shown is what the address says: every control only changes the address.</summary>
public partial class ExplorePage : ComponentBase, IAsyncDisposable
{
    private RefreshLoop? _loop;
    private ExploreState _state = ExploreState.Empty;
    private IReadOnlyList<string> _problems = [];
    private PanelState _result = PanelState.Loading;
    private bool? _hasMetrics;

    [Inject]
    private MetricsQueries Queries { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private ILogger<ExplorePage> Logger { get; set; } = null!;

    private Unit Unit => _state.ToQuery() is { } query ? UnitGuess.For(query.Metric, query.Aggregation.Kind) : Unit.Number;

    private string? Kept => _result is { Frame: not null, UpdatedAt: { } at }
        ? $"The data shown is from {Age.Format(Time.GetUtcNow() - at)}."
        : null;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Navigation.LocationChanged -= OnLocationChanged;
        if (_loop is not null)
        {
            await _loop.DisposeAsync();
        }
    }

    protected override async Task OnInitializedAsync()
    {
        Navigation.LocationChanged += OnLocationChanged;
        _state = ExploreState.Parse(Navigation.Uri, out _problems);
        _loop = new RefreshLoop(Refresh, RefreshLoop.DefaultPeriod, Time);
        await _loop.Start();
    }

    private static string Pressed(bool pressed) => pressed ? "true" : "false";

    private void Go(ExploreState state)
    {
        if (state != _state)
        {
            Navigation.NavigateTo(state.ToUri());
        }
    }

    private void OnLocationChanged(object? sender, LocationChangedEventArgs change)
    {
        if (!new Uri(change.Location).AbsolutePath.EndsWith("/explore", StringComparison.Ordinal))
        {
            return;
        }

        var before = _state;
        _state = ExploreState.Parse(change.Location, out _problems);
        if (before with { ShowPoints = false } != _state with { ShowPoints = false })
        {
            // Data of another query under this one's name would mislead; of the same query it may stay until the new is there.
            _result = before.Metric == _state.Metric && before.Aggregation == _state.Aggregation ? _result with { Error = null } : PanelState.Loading;
            _ = InvokeAsync(_loop!.RefreshNow);
        }

        StateHasChanged();
    }

    private async Task Refresh(CancellationToken cancellation)
    {
        var query = _state.ToQuery();
        try
        {
            if (query is null)
            {
                _hasMetrics = await Queries.HasMetrics(cancellation);
                _result = PanelState.Loading;
            }
            else
            {
                var now = Time.GetUtcNow();
                var frame = await Queries.Query(query, _state.Range, now, cancellation);
                cancellation.ThrowIfCancellationRequested();
                _result = new PanelState(frame, now, null);
            }
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            if (error is not (QueryRefusedException or QueryLimitException))
            {
                QueryErrors.QueryFailed(Logger, error, query?.Metric ?? "the list of metrics");
            }

            _result = _result with { Error = QueryErrors.Describe(error) };
        }

        StateHasChanged();
    }

    private async Task TogglePause()
    {
        if (_loop!.IsPaused)
        {
            await _loop.Resume();
        }
        else
        {
            _loop.Pause();
        }
    }
}
