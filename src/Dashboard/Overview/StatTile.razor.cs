using Metrics.Dashboard.Data;
using Microsoft.AspNetCore.Components;

namespace Metrics.Dashboard.Overview;

/// <summary>One figure and the line that led to it.</summary>
public partial class StatTile : ComponentBase
{
    private ChartFrame? _source;
    private ChartFrame? _line;

    [Parameter, EditorRequired]
    public TileDefinition Definition { get; set; } = null!;

    [Parameter, EditorRequired]
    public PanelState State { get; set; } = PanelState.Loading;

    protected override void OnParametersSet()
    {
        // A new line is a new drawing: made once for each answer.
        if (!ReferenceEquals(_source, State.Frame))
        {
            _source = State.Frame;
            _line = _source is null || _source.IsEmpty ? null : AddUp(_source, Definition.Title);
        }
    }

    private static ChartFrame AddUp(ChartFrame frame, string name)
    {
        var sums = new double[frame.TimestampsMs.Length];
        Array.Fill(sums, double.NaN);
        foreach (var series in frame.Series)
        {
            for (var i = 0; i < sums.Length; i++)
            {
                if (!double.IsNaN(series.Values[i]))
                {
                    sums[i] = double.IsNaN(sums[i]) ? series.Values[i] : sums[i] + series.Values[i];
                }
            }
        }

        return frame with { Series = [new ChartSeries(name, [], sums)], TotalSeries = 1 };
    }
}
