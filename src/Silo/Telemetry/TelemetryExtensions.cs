using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Metrics.Silo.Telemetry;

/// <summary>The server's own instruments for other monitoring systems: OpenTelemetry, scraped by Prometheus.</summary>
public static class TelemetryExtensions
{
    /// <summary>Ours, then what the runtime, the web server and Orleans measure about themselves.</summary>
    private static readonly string[] Meters =
    [
        "Metrics.*",
        "System.Runtime",
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "Microsoft.Orleans",
    ];

    /// <summary>Collects the meters for <see cref="MapMetricsTelemetry"/>.</summary>
    public static IServiceCollection AddMetricsTelemetry(this IServiceCollection services)
    {
        // Every instrument here is the only one of its name; a label with its meter's name would say nothing and split series.
        services.AddOpenTelemetry()
            .ConfigureResource(static resource => resource.AddService("metrics"))
            .WithMetrics(static metrics => metrics
                .AddMeter(Meters)
                .AddPrometheusExporter(static exporter => exporter.ScopeInfoEnabled = false));
        return services;
    }

    /// <summary>Answers <c>GET /metrics</c> in the Prometheus text format, or in OpenMetrics for whoever asks for it.</summary>
    public static IEndpointConventionBuilder MapMetricsTelemetry(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPrometheusScrapingEndpoint("/metrics");
}
