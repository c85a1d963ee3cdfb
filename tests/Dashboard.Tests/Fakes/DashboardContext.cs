using Bunit;
using Metrics.Dashboard.Layout;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor;

namespace Metrics.Dashboard.Tests.Fakes;

/// <summary>The dashboard's services over a fake grain and a clock that a test moves.</summary>
public abstract class DashboardContext : BunitContext, IAsyncLifetime
{
    protected DashboardContext()
    {
        Services.AddSingleton<TimeProvider>(Time);
        Services.AddSingleton(FakeGrainFactory.Of(Grain, Storage));
        Services.AddPageServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
        JSInterop.SetupModule("./_content/Metrics.Dashboard/js/chart.js").Mode = JSRuntimeMode.Loose;
        JSInterop.SetupModule("./_content/Metrics.Dashboard/js/theme.js").Mode = JSRuntimeMode.Loose;
    }

    protected static DateTimeOffset Start { get; } = new(2026, 2, 22, 12, 0, 0, TimeSpan.Zero);

    protected FakeTimeProvider Time { get; } = new(Start);

    protected FakeQueryGrain Grain { get; } = new();

    protected FakeStorageGrain Storage { get; } = new();

    protected NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    ValueTask IAsyncLifetime.InitializeAsync() => ValueTask.CompletedTask;

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        // Pages and MudBlazor's services are disposed asynchronously only.
        await DisposeComponentsAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A page with what it needs around it.</summary>
    protected IRenderedComponent<T> Open<T>(string address) where T : IComponent
    {
        Navigation.NavigateTo(address);
        Render<MudPopoverProvider>();
        return Render<T>();
    }
}
