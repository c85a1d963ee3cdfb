using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Metrics.Core.Status;
using Metrics.Gateway.Problems;
using Metrics.Gateway.Query;
using Metrics.Gateway.Status;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Gateway.Tests.Support;

/// <summary>The query edge on a real server with a port of its own and a clock that stands still.</summary>
internal sealed class QueryApiHost : IAsyncDisposable
{
    public const long NowMs = 1_771_783_200_000; // 2026-02-22T18:00:00Z

    private readonly WebApplication _app;

    private QueryApiHost(WebApplication app, FakeQueryGrain grain, FakeStorageGrain storage, FakeReadiness readiness, FakeTimeProvider time)
    {
        _app = app;
        (Grain, Storage, Readiness, Time) = (grain, storage, readiness, time);
        Http = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        Http.BaseAddress = new Uri(app.Urls.Single());
    }

    public FakeQueryGrain Grain { get; }

    public FakeStorageGrain Storage { get; }

    public FakeReadiness Readiness { get; }

    public FakeTimeProvider Time { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<QueryApiHost> StartAsync(
        Dictionary<string, string?>? settings = null, Action<WebApplication>? map = null, Action<IServiceCollection>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        var (grain, storage, readiness) = (new FakeQueryGrain(), new FakeStorageGrain(), new FakeReadiness());
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(NowMs));
        builder.Services.AddHttpClient();
        builder.Services.AddSingleton(FakeGrainFactory.Of(grain, storage));
        builder.Services.AddSingleton<IReadiness>(readiness);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddMetricsQueryApi(builder.Configuration);
        configure?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseMetricsProblems();
        app.UseMetricsReadiness();
        app.MapMetricsQueryApi();
        map?.Invoke(app);
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new QueryApiHost(app, grain, storage, readiness, time);
    }

    /// <summary>Posts text as JSON, and reads the answer as JSON.</summary>
    public async Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync(new Uri(path, UriKind.Relative), content);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    /// <summary>Sends text as JSON, or nothing, and reads the answer as JSON if there is one.</summary>
    public async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public async Task<(HttpStatusCode Status, JsonNode Body)> GetAsync(string path)
    {
        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative));
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
