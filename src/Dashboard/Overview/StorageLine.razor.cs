using Metrics.Dashboard.Data;
using Metrics.Dashboard.Refresh;
using Metrics.Grains.Interfaces.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Logging;

namespace Metrics.Dashboard.Overview;

/// <summary>What is stored in which tier, since when, and what waits or is wrong, in one line. The page does without it when nobody answers.</summary>
public partial class StorageLine : ComponentBase, IAsyncDisposable
{
    /// <summary>Every series in memory is asked for the answer: not with every chart.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private RefreshLoop? _loop;
    private StorageSummary? _summary;

    [Inject]
    private IGrainFactory Grains { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private ILogger<StorageLine> Logger { get; set; } = null!;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_loop is not null)
        {
            await _loop.DisposeAsync();
        }
    }

    protected override async Task OnInitializedAsync()
    {
        _loop = new RefreshLoop(Refresh, Period, Time);
        await _loop.Start();
    }

    private async Task Refresh(CancellationToken cancellation)
    {
        try
        {
            _summary = StorageSummary.Parse(await Grains.GetGrain<IStorageGrain>(0).GetStatus(cancellation).AsTask().WaitAsync(cancellation));
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            QueryErrors.QueryFailed(Logger, error, "the status of storage");
            _summary = null;
        }

        StateHasChanged();
    }
}
