using Microsoft.AspNetCore.Components;

namespace Metrics.Dashboard.Refresh;

/// <summary>How fresh a page is, and the button that holds it.</summary>
public partial class RefreshControls : ComponentBase
{
    [Parameter]
    public DateTimeOffset? UpdatedAt { get; set; }

    [Parameter]
    public bool Paused { get; set; }

    [Parameter]
    public bool Failed { get; set; }

    [Parameter]
    public EventCallback OnToggle { get; set; }
}
