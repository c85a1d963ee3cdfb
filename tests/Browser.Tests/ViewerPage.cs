using System.Globalization;
using Microsoft.Playwright;

namespace Metrics.Browser.Tests;

/// <summary>A page in the browser, and everything that went wrong in it.</summary>
public sealed class ViewerPage : IAsyncDisposable
{
    private const float DeadlineMs = 60_000;

    private readonly List<string> _problems = [];

    public ViewerPage(IPage page, string address)
    {
        Page = page;
        page.SetDefaultTimeout(DeadlineMs);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _problems.Add($"console: {message.Text}");
            }
        };
        page.PageError += (_, error) => _problems.Add($"script: {error}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(address, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                _problems.Add($"asked an outside host: {request.Url}");
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Console errors, script errors and requests to other hosts.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Waits for a chart to have drawn something.</summary>
    public Task WaitForChart(string testId) => WaitForAttribute(testId, "points", "> 0");

    /// <summary>Waits until a number that a chart tells of itself is what is asked for.</summary>
    public Task WaitForAttribute(string testId, string name, string condition) =>
        Page.WaitForFunctionAsync($"() => Number(document.querySelector('[data-testid=\"{testId}\"]')?.dataset.{name} ?? -1) {condition}");

    /// <summary>A number that a chart tells of itself: points, series, last.</summary>
    public async Task<long> Read(string testId, string name) => long.Parse(
        await Page.GetByTestId(testId).GetAttributeAsync($"data-{name}") ?? "0", CultureInfo.InvariantCulture);

    public async Task Screenshot(string name)
    {
        var path = Screenshots.PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await Page.ScreenshotAsync(new() { Path = path });
    }

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
