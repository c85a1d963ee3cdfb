using Metrics.Dashboard.Data;
using Microsoft.AspNetCore.Components;

namespace Metrics.Dashboard.Explore;

/// <summary>The preset ranges, and two instants for any other.</summary>
public partial class RangeSelect : ComponentBase
{
    private bool _open;
    private DateTime _from;
    private DateTime _to;
    private string? _problem;

    [Parameter, EditorRequired]
    public TimeRange Value { get; set; } = TimeRange.Default;

    [Parameter]
    public EventCallback<TimeRange> ValueChanged { get; set; }

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private bool IsCustom => !Value.IsLive || !TimeRange.Presets.Contains(Value.ToString());

    private void Toggle()
    {
        _open = !_open;
        _problem = null;
        var (fromMs, toMs) = Value.Resolve(Time.GetUtcNow());
        // Whole seconds: what the input can show.
        _from = DateTimeOffset.FromUnixTimeSeconds(fromMs / 1000).UtcDateTime;
        _to = DateTimeOffset.FromUnixTimeSeconds(toMs / 1000).UtcDateTime;
    }

    private async Task OnPreset(string preset)
    {
        _open = false;
        await ValueChanged.InvokeAsync(TimeRange.ParseRelative(preset)!);
    }

    private async Task Apply()
    {
        _problem = _from >= _to ? "The range must end after it starts."
            : _to - _from > TimeRange.Longest ? $"A range can be at most {TimeRange.Longest.TotalDays:N0} days long."
            : null;
        if (_problem is null)
        {
            _open = false;
            await ValueChanged.InvokeAsync(TimeRange.Absolute(new DateTimeOffset(_from, TimeSpan.Zero), new DateTimeOffset(_to, TimeSpan.Zero)));
        }
    }
}
