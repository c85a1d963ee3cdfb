using System.Net;
using Metrics.Core.Cardinality;
using Metrics.Core.Index;
using Metrics.Gateway.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Tests.Status;

public class CardinalityEndpointTests
{
    [Fact]
    public async Task Names_the_metrics_that_were_refused()
    {
        await using var host = await QueryApiHost.StartAsync(configure: static services =>
        {
            services.AddSingleton<ITagIndexSource>(new NoIndexes());
            services.AddSingleton(static s => new CardinalityLimiter(
                Options.Create(new CardinalityOptions { MaxSeries = 10, MaxSeriesPerMetric = 1 }), s.GetRequiredService<TimeProvider>()));
            services.AddSingleton<CardinalityMonitor>();
        });
        var limiter = host.Services.GetRequiredService<CardinalityLimiter>();
        Assert.Equal(Admission.Admitted, limiter.TryAdmit(Core.Model.SeriesKey.Create("m", new Core.Model.Tag("user", "1"))));
        Assert.Equal(Admission.TooManySeriesOfMetric, limiter.TryAdmit(Core.Model.SeriesKey.Create("m", new Core.Model.Tag("user", "2"))));

        var (status, report) = await host.GetAsync("/api/v1/status/cardinality");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal((1, 10, 1), ((int)report["series"]!, (int)report["maxSeries"]!, (int)report["refused"]!));
        var refused = Assert.Single(report["refusedMetrics"]!.AsArray())!;
        Assert.Equal(("m", "tooManySeriesOfMetric"), ((string?)refused["metric"], (string?)refused["limit"]));
        Assert.NotNull((await host.GetAsync("/openapi/v1.json")).Body["paths"]!["/api/v1/status/cardinality"]);
    }

    [Fact]
    public async Task Is_not_there_in_a_process_without_series()
    {
        await using var host = await QueryApiHost.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await host.GetAsync("/api/v1/status/cardinality")).Status);
    }

    private sealed class NoIndexes : ITagIndexSource
    {
        public IReadOnlyCollection<TagIndex> Indexes => [];
    }
}
