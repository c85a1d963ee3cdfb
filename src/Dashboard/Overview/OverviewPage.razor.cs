using Metrics.Core.Query;
using Metrics.Dashboard.Data;
using Metrics.Dashboard.Refresh;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Logging;

namespace Metrics.Dashboard.Overview;

/// <summary>This host and this server at a glance.</summary>
public partial class OverviewPage : ComponentBase, IAsyncDisposable
{
    private readonly Dictionary<PanelQuery, PanelState> _states = [];
    private readonly Dictionary<PanelDefinition, PanelState> _panels = [];
    private RefreshLoop? _loop;
    private TimeRange _range = TimeRange.Default;
    private IReadOnlyList<string> _hosts = [];
    private string? _host;
    private string? _listingError;
    private bool? _hasMetrics;
    private bool _failed;
    private DateTimeOffset? _updatedAt;

    /// <summary>The range in the address, so that a page can be shared.</summary>
    [SupplyParameterFromQuery(Name = "range")]
    private string? RangeInAddress { get; set; }

    /// <summary>The host in the address.</summary>
    [SupplyParameterFromQuery(Name = "host")]
    private string? HostInAddress { get; set; }

    [Inject]
    private MetricsQueries Queries { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private ILogger<OverviewPage> Logger { get; set; } = null!;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_loop is not null)
        {
            await _loop.DisposeAsync();
        }
    }

    protected override async Task OnParametersSetAsync()
    {
        var range = TimeRange.ParseRelative(RangeInAddress) ?? TimeRange.Default;
        var changed = range != _range || HostInAddress != _host;
        _range = range;
        _host = HostInAddress ?? _host;
        if (_loop is null)
        {
            _loop = new RefreshLoop(Refresh, RefreshLoop.DefaultPeriod, Time);
            await _loop.Start();
        }
        else if (changed)
        {
            await _loop.RefreshNow();
        }
    }

    private async Task Refresh(CancellationToken cancellation)
    {
        await RefreshHosts(cancellation);
        if (_hasMetrics == true)
        {
            var range = _range;
            var now = Time.GetUtcNow();
            var queries = OverviewDefinition.Tiles.Select(static tile => tile.Query)
                .Concat(OverviewDefinition.Panels.SelectMany(static panel => panel.Queries))
                .Distinct()
                .ToList();
            var answers = await Task.WhenAll(queries.Select(query => Ask(query, range, now, cancellation)));
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < queries.Count; i++)
            {
                _states[queries[i]] = answers[i];
            }

            foreach (var panel in OverviewDefinition.Panels)
            {
                _panels[panel] = PanelState.Merge([.. panel.Queries.Select(StateOf)]);
            }

            // A panel tells of its own failure; the page has failed when none of them got anything.
            _failed = Array.TrueForAll(answers, static answer => answer.Error is not null);
            _updatedAt = answers.Max(static answer => answer.UpdatedAt) ?? _updatedAt;
        }
        else if (_hasMetrics == false)
        {
            _failed = false;
            _updatedAt = Time.GetUtcNow();
        }

        StateHasChanged();
    }

    private async Task RefreshHosts(CancellationToken cancellation)
    {
        try
        {
            // Once there are metrics, there are.
            _hasMetrics = _hasMetrics == true || await Queries.HasMetrics(cancellation);
            if (_hasMetrics == true)
            {
                _hosts = await Queries.TagValues("host.cpu.utilization", "host", null, cancellation);
                _host ??= _hosts.Count > 0 ? _hosts[0] : null;
            }

            _listingError = null;
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            QueryErrors.QueryFailed(Logger, error, "the list of hosts");
            _listingError = QueryErrors.Describe(error);
            _failed = true;
        }
    }

    private async Task<PanelState> Ask(PanelQuery query, TimeRange range, DateTimeOffset now, CancellationToken cancellation)
    {
        try
        {
            var asked = _host is null ? query : query with { Filters = [.. query.Filters, TagMatcher.Equal("host", _host)] };
            return new PanelState(await Queries.Query(asked, range, now, cancellation), Time.GetUtcNow(), null);
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            QueryErrors.QueryFailed(Logger, error, query.Metric);
            return _states.GetValueOrDefault(query, PanelState.Loading) with { Error = QueryErrors.Describe(error) };
        }
    }

    private PanelState StateOf(PanelQuery query) => _states.GetValueOrDefault(query, PanelState.Loading);

    private PanelState StateOf(PanelDefinition panel) => _panels.GetValueOrDefault(panel, PanelState.Loading);

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

    private void OnRangeChosen(string range) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("range", range == TimeRange.Default.ToString() ? null : range));

    private void OnHostChosen(ChangeEventArgs change) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("host", change.Value as string));
}
