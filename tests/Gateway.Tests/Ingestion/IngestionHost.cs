using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Metrics.Core.Ingestion;
using Metrics.Gateway.Ingestion;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Gateway.Tests.Ingestion;

/// <summary>The ingestion endpoints on a real Kestrel, on a port of its own, over a writer in memory.</summary>
internal sealed class IngestionHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private IngestionHost(WebApplication app, FakeSampleWriter writer, FakeTimeProvider time)
    {
        _app = app;
        Writer = writer;
        Time = time;
        Address = new Uri(app.Urls.Single());
        Client = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        Client.BaseAddress = Address;
    }

    public static DateTimeOffset Start { get; } = DateTimeOffset.FromUnixTimeMilliseconds(1_708_632_000_456);

    public FakeSampleWriter Writer { get; }

    public FakeTimeProvider Time { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<IngestionHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection([new("Metrics:StatsD:Port", "0"), new("Metrics:StatsD:TcpPort", "0")]);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value)));
        var writer = new FakeSampleWriter();
        var time = new FakeTimeProvider(Start);
        builder.Services.AddHttpClient();
        builder.Services.AddSingleton<ISampleWriter>(writer);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddMetricsIngestion(builder.Configuration);
        var app = builder.Build();
        app.MapMetricsIngestion();
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new IngestionHost(app, writer, time);
    }

    public Task<Answer> PostJsonAsync(string body) => PostAsync("/api/v1/metrics", Encoding.UTF8.GetBytes(body), "application/json");

    public async Task<Answer> PostAsync(string path, byte[] body, string? contentType, string? encoding = null)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        using var response = await Client.PostAsync(path, content, TestContext.Current.CancellationToken);
        return new Answer(
            response.StatusCode,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            response.Content.Headers.ContentType?.MediaType,
            response.Headers.RetryAfter?.ToString());
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    internal sealed record Answer(HttpStatusCode Status, string Body, string? ContentType, string? RetryAfter);
}
