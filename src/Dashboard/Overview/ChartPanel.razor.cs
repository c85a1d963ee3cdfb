using Metrics.Dashboard.Explore;
using Metrics.Dashboard.Refresh;
using Microsoft.AspNetCore.Components;

namespace Metrics.Dashboard.Overview;

/// <summary>A chart with its heading; its error is its own.</summary>
public partial class ChartPanel : ComponentBase
{
    [Parameter, EditorRequired]
    public PanelDefinition Definition { get; set; } = null!;

    [Parameter, EditorRequired]
    public PanelState State { get; set; } = PanelState.Loading;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private string Label => State.Frame is { IsEmpty: false } frame
        ? $"{Definition.Title}: {string.Join(", ", frame.Series.Select(s => $"{s.Name} {Units.UnitFormat.Format(s.Summarize().Last, Definition.Unit)}"))}"
        : Definition.Title;

    private string? Kept => State.UpdatedAt is { } at ? $"The data is from {Age.Format(Time.GetUtcNow() - at)}." : null;

    private string ExploreLink => ExploreState.Of(Definition.Queries[0]).ToUri();
}
