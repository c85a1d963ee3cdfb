using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Metrics.Dashboard.Layout;

/// <summary>The frame around every page: navigation, theme, skip link.</summary>
public partial class MainLayout : LayoutComponentBase, IAsyncDisposable
{
    private DotNetObjectReference<MainLayout>? _self;
    private IJSObjectReference? _module;
    private IJSObjectReference? _theme;
    private ElementReference _main;
    private bool _dark = true;
    private bool _drawerOpen = true;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        _self = DotNetObjectReference.Create(this);
        _module = await Js.InvokeAsync<IJSObjectReference>("import", "./_content/Metrics.Dashboard/js/theme.js");
        _theme = await _module.InvokeAsync<IJSObjectReference>("watch", _self);
        await OnThemeChanged(await _theme.InvokeAsync<bool>("isDark"));
    }

    /// <summary>Called by the browser when the system's preference or another tab's choice changes.</summary>
    [JSInvokable]
    public async Task OnThemeChanged(bool dark)
    {
        if (dark != _dark)
        {
            _dark = dark;
            await InvokeAsync(StateHasChanged);
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        try
        {
            if (_theme is not null)
            {
                await _theme.InvokeVoidAsync("dispose");
                await _theme.DisposeAsync();
            }

            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and what it held with it.
        }

        _self?.Dispose();
    }

    private void ToggleDrawer() => _drawerOpen = !_drawerOpen;

    private async Task FocusMain() => await _main.FocusAsync();

    private async Task ToggleTheme()
    {
        _dark = !_dark;
        if (_theme is not null)
        {
            await _theme.InvokeVoidAsync("choose", _dark);
        }
    }
}
