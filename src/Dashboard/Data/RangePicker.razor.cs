using Microsoft.AspNetCore.Components;

namespace Metrics.Dashboard.Data;

/// <summary>The preset ranges as a row of buttons; more can stand beside them.</summary>
public partial class RangePicker : ComponentBase
{
    /// <summary>One of <see cref="TimeRange.Presets"/>, or anything else for none of them.</summary>
    [Parameter]
    public string? Value { get; set; }

    [Parameter]
    public EventCallback<string> ValueChanged { get; set; }

    [Parameter]
    public RenderFragment? ChildContent { get; set; }
}
