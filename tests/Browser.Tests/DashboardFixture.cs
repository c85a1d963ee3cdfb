using Metrics.Tests.Shared;
using Microsoft.Playwright;

namespace Metrics.Browser.Tests;

/// <summary>One server and one Chromium for all tests of a class.</summary>
public sealed class DashboardFixture : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The server that the tests start; null when METRICS_ADDRESS names one that runs already.</summary>
    public SiloProcess? Silo { get; private set; }

    public string Address { get; private set; } = "";

    public IPlaywright Playwright => _playwright!;

    public async ValueTask InitializeAsync()
    {
        _playwright = await Microsoft.Playwright.Playwright.CreateAsync();
        if (Environment.GetEnvironmentVariable("METRICS_ADDRESS") is { Length: > 0 } running)
        {
            Address = running.TrimEnd('/');
        }
        else
        {
            Silo = new SiloProcess();
            Address = Silo.Address;
            await Silo.Start();
        }

        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            // Debian's own: nothing is downloaded for a test.
            ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM_PATH") ?? "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }

    /// <summary>A new tab of a viewer of its own, which keeps what goes wrong in it.</summary>
    public async Task<ViewerPage> Open(string path, int width = 1440, int height = 900, ColorScheme scheme = ColorScheme.Dark)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = Address,
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = scheme,
        });
        var viewer = new ViewerPage(await context.NewPageAsync(), Address);
        await viewer.Page.GotoAsync(path);
        return viewer;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        if (Silo is not null)
        {
            await Silo.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
