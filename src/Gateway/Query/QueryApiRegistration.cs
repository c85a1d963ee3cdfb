using Metrics.Gateway.OpenApi;
using Metrics.Gateway.Status;
using Metrics.Gateway.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Query;

/// <summary>The query edge: queries, listings, storage, health and the OpenAPI document.</summary>
public static class QueryApiRegistration
{
    /// <summary>
    /// Needs an <see cref="IGrainFactory"/> (a silo's or a client's) and a <see cref="TimeProvider"/>, and reports as ready once
    /// every registered <see cref="Core.Status.IReadiness"/> is.
    /// </summary>
    public static IServiceCollection AddMetricsQueryApi(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<QueryApiOptions>().Bind(configuration.GetSection(QueryApiOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<QueryApiOptions>, QueryApiOptionsValidator>());
        services.AddMetrics();
        services.TryAddSingleton<ReadinessReport>();
        services.TryAddSingleton<QueryInstruments>();
        services.TryAddSingleton<QueryClient>();
        services.TryAddSingleton<QueryParser>();
        services.TryAddSingleton<ListRequestParser>();
        services.TryAddSingleton<JsonBody>();
        services.TryAddSingleton<BatchRunner>();
        services.AddStorageApi();
        return services.AddGatewayOpenApi();
    }

    /// <summary>
    /// Maps <c>/api/v1/query</c>, <c>/api/v1/query/batch</c>, <c>/api/v1/metrics/names</c>, <c>/api/v1/tags</c>,
    /// <c>/api/v1/tags/{key}/values</c>, <c>/api/v1/series</c>, <c>/api/v1/retention</c>, <c>/api/v1/storage/flush</c>, <c>/api/v1/status/storage</c>, <c>/-/healthy</c>, <c>/-/ready</c> and <c>/openapi/v1.json</c>,
    /// and <c>/api/v1/status/cardinality</c> where a <see cref="Core.Cardinality.CardinalityMonitor"/> is registered.
    /// </summary>
    public static IEndpointRouteBuilder MapMetricsQueryApi(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapQueries();
        endpoints.MapLists();
        endpoints.MapStorage();
        endpoints.MapStatus();
        endpoints.MapGatewayOpenApi();
        return endpoints;
    }
}
