using Metrics.Gateway.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;

namespace Metrics.Gateway.OpenApi;

/// <summary>
/// Writes every endpoint under the API's paths into the document, from the routing table itself: what is mapped is listed,
/// whether its handler has types to look at or not.
/// </summary>
internal sealed class GatewayDocument(EndpointDataSource endpoints) : IOpenApiDocumentTransformer
{
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Metrics",
            Version = "v1",
            Description = "Write points, query them, and ask what there is. Errors are RFC 9457 problem details that name the field at fault.",
        };
        document.Tags = ApiTags.All.Select(static tag => new OpenApiTag { Name = tag.Name, Description = tag.Description }).ToHashSet();
        document.Paths = [];
        foreach (var endpoint in endpoints.Endpoints.OfType<RouteEndpoint>().OrderBy(static e => e.RoutePattern.RawText, StringComparer.Ordinal))
        {
            var path = EndpointDescriber.PathOf(endpoint.RoutePattern);
            if (!ApiPaths.IsApi(new PathString(path)) || endpoint.Metadata.GetMetadata<ISuppressMatchingMetadata>() is not null)
            {
                continue;
            }

            if (!document.Paths.TryGetValue(path, out var item))
            {
                document.Paths[path] = item = new OpenApiPathItem { Operations = [] };
            }

            // HEAD is GET without the body; listing it twice helps nobody.
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Where(static m => m != HttpMethods.Head) ?? [])
            {
                item.Operations![new HttpMethod(method)] = EndpointDescriber.Describe(endpoint, new HttpMethod(method), document);
            }
        }

        return Task.CompletedTask;
    }
}
