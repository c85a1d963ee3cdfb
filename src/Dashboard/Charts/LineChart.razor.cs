using Metrics.Dashboard.Data;
using Metrics.Dashboard.Units;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Metrics.Dashboard.Charts;

/// <summary>Lines over time, drawn in the browser by ECharts; the legend is ours.</summary>
public partial class LineChart : ComponentBase, IAsyncDisposable
{
    private const string Module = "./_content/Metrics.Dashboard/js/chart.js";

    private ElementReference _container;
    private IJSObjectReference? _module;
    private IJSObjectReference? _chart;
    private object? _drawn;
    private string? _isolated;
    private bool _disposed;

    /// <summary>What is drawn; a new instance is a new drawing. Null before the first data.</summary>
    [Parameter]
    public ChartFrame? Frame { get; set; }

    /// <summary>What the chart shows, for those who do not see it.</summary>
    [Parameter, EditorRequired]
    public string AriaLabel { get; set; } = "";

    [Parameter]
    public string? TestId { get; set; }

    [Parameter]
    public Unit Unit { get; set; }

    /// <summary>Areas on top of one another.</summary>
    [Parameter]
    public bool Stacked { get; set; }

    /// <summary>A bare line for a tile: no axes, legend or tooltip.</summary>
    [Parameter]
    public bool Spark { get; set; }

    /// <summary>Whether the axis starts at zero.</summary>
    [Parameter]
    public bool FromZero { get; set; } = true;

    /// <summary>Height of the drawing, without the legend (CSS pixels).</summary>
    [Parameter]
    public int Height { get; set; } = 190;

    [Parameter]
    public bool ShowLegend { get; set; } = true;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _disposed = true;
        try
        {
            if (_chart is not null)
            {
                await _chart.InvokeVoidAsync("dispose");
                await _chart.DisposeAsync();
            }

            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and the chart with it.
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        try
        {
            if (firstRender)
            {
                _module = await Js.InvokeAsync<IJSObjectReference>("import", Module);
                _chart = await _module.InvokeAsync<IJSObjectReference>("create", _container);
            }

            await Draw();
        }
        catch (JSDisconnectedException)
        {
            // The browser went away while the chart was being drawn.
        }
    }

    private async Task Draw()
    {
        var wanted = (Frame, _isolated);
        if (_chart is null || _disposed || Frame is null || wanted.Equals(_drawn))
        {
            return;
        }

        _drawn = wanted;
        var shape = new ChartShape(
            Frame.FromMs,
            Frame.ToMs,
            Frame.StepMs,
            Unit.ToString(),
            Stacked,
            Spark,
            FromZero,
            [.. Frame.Series.Select((series, i) => new ChartLine(series.Name, i, IsHidden(series.Name)))]);
        await _chart.InvokeVoidAsync("setData", ChartColumns.Encode(Frame), shape);
    }

    private bool IsHidden(string name) =>
        // The line that was isolated can be gone from newer data: then all are shown again.
        _isolated is not null && name != _isolated && Frame!.Series.Any(series => series.Name == _isolated);

    private void Isolate(string name) => _isolated = _isolated == name ? null : name;
}
