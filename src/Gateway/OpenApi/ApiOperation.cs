using Microsoft.AspNetCore.Builder;

namespace Metrics.Gateway.OpenApi;

/// <summary>
/// What <c>/openapi/v1.json</c> says of an endpoint. Bodies here are parsed and written by hand, so there are no types to
/// derive it from: an endpoint carries it as metadata.
/// </summary>
/// <param name="Tag">One of <see cref="ApiTags"/>.</param>
/// <param name="Summary">A few words.</param>
/// <param name="Description">What it does, with its limits; CommonMark.</param>
public sealed record ApiOperation(string Tag, string Summary, string Description)
{
    /// <summary>The body, once for each content type that is read; empty for none.</summary>
    public IReadOnlyList<ApiBody> Request { get; init; } = [];

    /// <summary>Path and query parameters.</summary>
    public IReadOnlyList<ApiParameter> Parameters { get; init; } = [];

    public IReadOnlyList<ApiResponse> Responses { get; init; } = [];
}

public static class ApiOperationExtensions
{
    /// <summary>Describes the endpoint in the OpenAPI document.</summary>
    public static TBuilder WithApi<TBuilder>(this TBuilder builder, ApiOperation operation)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(operation);
}
