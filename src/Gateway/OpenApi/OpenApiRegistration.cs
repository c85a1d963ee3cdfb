using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Metrics.Gateway.OpenApi;

/// <summary>The OpenAPI document at <c>/openapi/v1.json</c>.</summary>
internal static class OpenApiRegistration
{
    private const string DocumentName = "v1";

    public static IServiceCollection AddGatewayOpenApi(this IServiceCollection services) =>
        services.AddOpenApi(DocumentName, static options =>
        {
            // GatewayDocument lists everything from the routing table.
            options.ShouldInclude = static _ => false;
            options.AddDocumentTransformer<GatewayDocument>();
        });

    public static void MapGatewayOpenApi(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapOpenApi("/openapi/{documentName}.json").WithApi(new ApiOperation(
            ApiTags.Health,
            "This document",
            "Every endpoint with its parameters, bodies and examples. The document's name is `v1`.")
        {
            Responses = [ApiResponse.Json(200, "An OpenAPI document.", """{"type":"object"}""")],
        });
}
