using Microsoft.AspNetCore.Components;

namespace Metrics.Dashboard.FirstRun;

/// <summary>What to do when there is nothing to show: a command that sends a point to this server.</summary>
public partial class FirstPoint : ComponentBase
{
    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private string Command =>
        $$"""
        curl {{Navigation.BaseUri}}api/v1/metrics \
          -H 'Content-Type: application/json' \
          -d '[{"metric":"room.temperature","tags":{"room":"kitchen"},"value":21.5}]'
        """;
}
