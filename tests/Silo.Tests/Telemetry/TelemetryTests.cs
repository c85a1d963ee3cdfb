using System.Diagnostics;
using System.Net.Http.Headers;
using Metrics.Core.Diagnostics;
using Metrics.Silo.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Metrics.Silo.Tests.Telemetry;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Answers_a_scrape_in_the_text_format()
    {
        await using var app = await StartAsync();
        var client = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        app.Services.GetRequiredService<EngineInstruments>().AddSamples(42);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{address}/metrics");
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("text/plain;version=0.0.4"));

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("\nmetrics_engine_samples_total{} 42\n", body, StringComparison.Ordinal);
        Assert.Contains("\ndotnet_gc_", body, StringComparison.Ordinal);
    }

    /// <summary>The header is the one that Prometheus 2.42 sends; its own tool reads the answer.</summary>
    [Fact]
    public async Task Prometheus_scrapes_it()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/promtool"), "Prometheus is not installed.");
        await using var app = await StartAsync();
        var client = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        app.Services.GetRequiredService<EngineInstruments>().RecordQuery(TimeSpan.FromMilliseconds(3));
        var body = await client.GetStringAsync($"{address}/metrics", TestContext.Current.CancellationToken);

        using var tool = Process.Start(new ProcessStartInfo("/usr/bin/promtool", ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        await tool.StandardInput.WriteAsync(body.AsMemory(), TestContext.Current.CancellationToken);
        tool.StandardInput.Close();
        var complaints = await tool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await tool.WaitForExitAsync(TestContext.Current.CancellationToken);

        // 3 is "read it all, but has advice about names"; a text that cannot be read is 1.
        Assert.True(tool.ExitCode is 0 or 3, complaints);
        Assert.DoesNotContain("error while linting", complaints, StringComparison.Ordinal);
    }

    private static async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddHttpClient();
        builder.Services.AddMetricsTelemetry();
        builder.Services.AddSingleton<EngineInstruments>();
        var app = builder.Build();
        app.MapMetricsTelemetry();
        await app.StartAsync(TestContext.Current.CancellationToken);
        app.Services.GetRequiredService<EngineInstruments>();
        return app;
    }
}
