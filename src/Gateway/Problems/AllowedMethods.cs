using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;

namespace Metrics.Gateway.Problems;

/// <summary>The methods that a path of the API takes, from the routing table. For error answers only: it looks at every route.</summary>
internal static class AllowedMethods
{
    /// <returns>The methods in order; empty when nothing of the API is at the path.</returns>
    public static IReadOnlyList<string> Of(HttpContext context)
    {
        var path = context.Request.Path;
        return
        [
            .. context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints
                .OfType<RouteEndpoint>()
                .Where(endpoint => IsAt(endpoint, path))
                .SelectMany(static endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Order(StringComparer.Ordinal),
        ];
    }

    private static bool IsAt(RouteEndpoint endpoint, PathString path)
    {
        var pattern = endpoint.RoutePattern.RawText;
        return pattern is not null
            && ApiPaths.IsApi(pattern.StartsWith('/') ? pattern : "/" + pattern)
            && new TemplateMatcher(TemplateParser.Parse(pattern), []).TryMatch(path, []);
    }
}
