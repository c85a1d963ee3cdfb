using Microsoft.AspNetCore.Components;

namespace Metrics.Dashboard.Refresh;

/// <summary>"Updated 3 s ago": counts by itself, so that a page that has stopped refreshing shows it.</summary>
public partial class Freshness : ComponentBase, IAsyncDisposable
{
    private PeriodicTimer? _timer;
    private Task _ticks = Task.CompletedTask;

    /// <summary>When the data on the page came; null before the first.</summary>
    [Parameter]
    public DateTimeOffset? UpdatedAt { get; set; }

    [Parameter]
    public bool Paused { get; set; }

    /// <summary>Whether the newest refresh failed, and older data is shown.</summary>
    [Parameter]
    public bool Failed { get; set; }

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private string Text => UpdatedAt is not { } at
        ? Failed ? "No data" : "Loading…"
        : $"{(Paused ? "Paused, updated" : Failed ? "Last data" : "Updated")} {Age.Format(Time.GetUtcNow() - at)}";

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _timer?.Dispose();
        await _ticks;
    }

    protected override void OnInitialized()
    {
        _timer = new PeriodicTimer(TimeSpan.FromSeconds(1), Time);
        _ticks = Tick(_timer);
    }

    private async Task Tick(PeriodicTimer timer)
    {
        while (await timer.WaitForNextTickAsync())
        {
            StateHasChanged();
        }
    }
}
