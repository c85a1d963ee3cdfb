using Metrics.Dashboard.Data;
using Metrics.Dashboard.Units;
using Microsoft.AspNetCore.Components;

namespace Metrics.Dashboard.Explore;

/// <summary>The series of a chart in figures; its legend too.</summary>
public partial class SummaryTable : ComponentBase
{
    [Parameter]
    public ChartFrame? Frame { get; set; }

    [Parameter]
    public Unit Unit { get; set; }
}
