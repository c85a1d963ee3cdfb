using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.OpenApi;

namespace Metrics.Gateway.OpenApi;

/// <summary>Turns an endpoint and its <see cref="ApiOperation"/> into the OpenAPI model.</summary>
internal static class EndpointDescriber
{
    /// <summary>The path as OpenAPI writes it: parameters without their constraints.</summary>
    public static string PathOf(RoutePattern pattern) => "/" + string.Join('/', pattern.PathSegments.Select(static segment =>
        string.Concat(segment.Parts.Select(static part => part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
            _ => "",
        }))));

    public static OpenApiOperation Describe(RouteEndpoint endpoint, HttpMethod method, OpenApiDocument document)
    {
        var path = PathOf(endpoint.RoutePattern);
        var api = endpoint.Metadata.GetMetadata<ApiOperation>()
            ?? new ApiOperation(
                endpoint.Metadata.GetMetadata<ITagsMetadata>()?.Tags is [var tag, ..] ? tag : ApiTags.Status,
                endpoint.Metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary ?? $"{method} {path}",
                endpoint.Metadata.GetMetadata<IEndpointDescriptionMetadata>()?.Description ?? "");
        var operation = new OpenApiOperation
        {
            OperationId = OperationId(method, path),
            Summary = api.Summary,
            Description = api.Description,
            Tags = new HashSet<OpenApiTagReference> { new(api.Tag, document) },
            Parameters = [.. Parameters(endpoint.RoutePattern, api)],
            Responses = [],
        };
        if (api.Request.Count > 0)
        {
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = Content(api.Request) };
        }

        foreach (var response in api.Responses)
        {
            operation.Responses[response.Status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = response.Description,
                Content = response.Body is null ? null : Content([response.Body]),
            };
        }

        if (operation.Responses.Count == 0)
        {
            operation.Responses["200"] = new OpenApiResponse { Description = "Success." };
        }

        return operation;
    }

    private static IEnumerable<IOpenApiParameter> Parameters(RoutePattern pattern, ApiOperation api)
    {
        foreach (var parameter in pattern.Parameters)
        {
            var described = api.Parameters.FirstOrDefault(p => p.Name == parameter.Name)
                ?? new ApiParameter(parameter.Name, "", """{"type":"string"}""");
            yield return Parameter(described, ParameterLocation.Path);
        }

        foreach (var described in api.Parameters.Where(p => pattern.GetParameter(p.Name) is null))
        {
            yield return Parameter(described, ParameterLocation.Query);
        }
    }

    private static OpenApiParameter Parameter(ApiParameter parameter, ParameterLocation location) => new()
    {
        Name = parameter.Name,
        In = location,
        Required = location == ParameterLocation.Path,
        Description = parameter.Description,
        Schema = JsonSchemaReader.Read(parameter.Schema),
        Example = parameter.Example is null ? null : JsonValue.Create(parameter.Example),
    };

    private static Dictionary<string, OpenApiMediaType> Content(IEnumerable<ApiBody> bodies) => bodies.ToDictionary(
        static body => body.ContentType,
        static body => new OpenApiMediaType
        {
            Schema = JsonSchemaReader.Read(body.Schema),
            Examples = body.Examples.Length == 0 ? null : body.Examples.ToDictionary(
                static example => example.Name,
                example => (IOpenApiExample)new OpenApiExample
                {
                    Value = body.IsJson ? JsonNode.Parse(example.Text) : JsonValue.Create(example.Text),
                }),
        });

    /// <summary>As in <c>post_api_v1_query_batch</c>: what code generators name their methods after.</summary>
    private static string OperationId(HttpMethod method, string path) =>
        method.Method.ToLowerInvariant() + string.Concat(path.Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '_')).TrimEnd('_');
}
