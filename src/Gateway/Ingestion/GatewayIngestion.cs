using Metrics.Gateway.Ingestion.Bodies;
using Metrics.Gateway.Ingestion.Json;
using Metrics.Gateway.Ingestion.RemoteWrite;
using Metrics.Gateway.Ingestion.StatsD;
using Metrics.Gateway.OpenApi;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Ingestion;

/// <summary>Registers the edges that points come in by.</summary>
public static class GatewayIngestion
{
    /// <summary>
    /// Adds the ingestion endpoints' services and the StatsD listener. An <see cref="Core.Ingestion.ISampleWriter"/> and a
    /// <see cref="TimeProvider"/> must be registered besides.
    /// </summary>
    public static IServiceCollection AddMetricsIngestion(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddMetrics();
        services.AddOptions<IngestOptions>().Bind(configuration.GetSection(IngestOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<IngestOptions>, IngestOptionsValidator>());
        services.AddSingleton<BodyBudget>();
        services.AddSingleton<BodyReader>();
        services.AddSingleton<IngestionInstruments>();
        services.AddSingleton<JsonMetricsEndpoint>();
        services.AddSingleton<RemoteWriteEndpoint>();
        AddStatsD(services, configuration);
        return services;
    }

    /// <summary>Maps <c>POST /api/v1/metrics</c>, <c>POST /api/v1/write</c>, <c>POST /api/v1/push</c> and <c>GET /api/v1/status/statsd</c>.</summary>
    public static IEndpointRouteBuilder MapMetricsIngestion(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider;
        endpoints.MapPost("/api/v1/metrics", (Delegate)services.GetRequiredService<JsonMetricsEndpoint>().HandleAsync)
            .WithApi(IngestionDescriptions.Json);
        foreach (var path in (string[])["/api/v1/write", "/api/v1/push"])
        {
            endpoints.MapPost(path, (Delegate)services.GetRequiredService<RemoteWriteEndpoint>().HandleAsync)
                .WithApi(IngestionDescriptions.RemoteWrite);
        }

        endpoints.MapGet("/api/v1/status/statsd", services.GetRequiredService<StatsDStatusEndpoint>().Get)
            .WithApi(IngestionDescriptions.StatsD);
        return endpoints;
    }

    private static void AddStatsD(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<StatsDOptions>().Bind(configuration.GetSection(StatsDOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StatsDOptions>, StatsDOptionsValidator>());
        services.AddSingleton<StatsDAggregator>();
        services.AddSingleton<StatsDFlusher>();
        services.AddSingleton<StatsDInstruments>();
        services.AddSingleton<StatsDListener>();
        services.AddSingleton<StatsDStatusEndpoint>();
        services.AddHostedService(static provider => provider.GetRequiredService<StatsDListener>());
    }
}
