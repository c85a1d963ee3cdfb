using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Metrics.Silo.Tests.Senders;

/// <summary>An exporter that shows the same page every time, so that every value that arrives can be held against it.</summary>
internal sealed class FrozenPage : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _scrapes;

    private FrozenPage(string page)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/metrics", () =>
        {
            Interlocked.Increment(ref _scrapes);
            return Results.Text(page, "text/plain; version=0.0.4");
        });
    }

    public string Address => new Uri(_app.Urls.Single()).Authority;

    public int Scrapes => Volatile.Read(ref _scrapes);

    public static async Task<FrozenPage> Start(string page)
    {
        var frozen = new FrozenPage(page);
        await frozen._app.StartAsync(TestContext.Current.CancellationToken);
        return frozen;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
