using Metrics.Dashboard.Data;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Logging;

namespace Metrics.Dashboard.Explore;

/// <summary>The first metrics there are, for a page on which none is picked.</summary>
public partial class MetricSuggestions : ComponentBase
{
    private const int Most = 40;

    private IReadOnlyList<string> _metrics = [];

    [Parameter]
    public EventCallback<string> OnPick { get; set; }

    [Inject]
    private MetricsQueries Queries { get; set; } = null!;

    [Inject]
    private ILogger<MetricSuggestions> Logger { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        try
        {
            _metrics = [.. (await Queries.Metrics(null, CancellationToken.None)).Take(Most)];
        }
        catch (Exception error)
        {
            // The page's own refresh reports it in place.
            QueryErrors.QueryFailed(Logger, error, "the list of metrics");
        }
    }
}
