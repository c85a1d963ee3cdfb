using System.Text.Json;
using System.Text.Json.Serialization;
using Metrics.Core.Cardinality;
using Metrics.Gateway.OpenApi;
using Metrics.Gateway.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Metrics.Gateway.Status;

/// <summary><c>GET /api/v1/status/cardinality</c>: how many series this process has, and what its limits refused.</summary>
internal static class CardinalityEndpoint
{
    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "series": {"type": "integer"},
            "maxSeries": {"type": "integer"},
            "maxSeriesPerMetric": {"type": "integer"},
            "refused": {"type": "integer", "description": "New series refused since the process started."},
            "topMetrics": {"type": "array", "items": {"type": "object"}},
            "refusedMetrics": {"type": "array", "items": {"type": "object"}}
          }
        }
        """;

    private const string Example =
        """
        {
          "series": 214000, "maxSeries": 2000000, "maxSeriesPerMetric": 200000, "refused": 512,
          "topMetrics": [{"metric": "http.request.latency", "series": 200000}],
          "refusedMetrics": [{
            "metric": "http.request.latency", "series": 200000, "limit": "tooManySeriesOfMetric", "refused": 512,
            "lastRefused": "2026-02-22T18:00:00+00:00",
            "tags": [{"key": "user_id", "values": 198123}, {"key": "region", "values": 3}],
            "examples": ["u-81723", "u-81724"],
            "reason": "metric http.request.latency has 200000 series, the most that Metrics:Cardinality:MaxSeriesPerMetric allows; its tag 'user_id' has 198123 values"
          }]
        }
        """;

    private static readonly ApiOperation Description = new(
        ApiTags.Status, "Cardinality", "Series in this process, the metrics with the most of them, and the metrics and tags whose new series were refused.")
    {
        Responses = [ApiResponse.Json(StatusCodes.Status200OK, "The counts.", Schema, ("at a limit", Example))],
    };

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Only in a process that holds series: a gateway on its own has none to count.</summary>
    public static void MapCardinality(this IEndpointRouteBuilder endpoints)
    {
        if (endpoints.ServiceProvider.GetRequiredService<IServiceProviderIsService>().IsService(typeof(CardinalityMonitor)))
        {
            endpoints.MapGet("/api/v1/status/cardinality", static (CardinalityMonitor monitor) => Results.Json(monitor.Report(), Json))
                .AddEndpointFilter<ProblemFilter>()
                .WithApi(Description);
        }
    }
}
