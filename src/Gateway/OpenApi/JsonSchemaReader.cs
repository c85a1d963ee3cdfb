using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

namespace Metrics.Gateway.OpenApi;

/// <summary>Reads the schemas that endpoints give as text.</summary>
internal static class JsonSchemaReader
{
    /// <exception cref="FormatException">It is not a JSON schema; the message says why.</exception>
    public static IOpenApiSchema Read(string schema)
    {
        var read = OpenApiModelFactory.Parse<OpenApiSchema>(
            schema, OpenApiSpecVersion.OpenApi3_1, new OpenApiDocument(), out var diagnostic, OpenApiConstants.Json);
        return read is not null && diagnostic.Errors.Count == 0
            ? read
            : throw new FormatException($"Not a schema: {schema}: {string.Join("; ", diagnostic.Errors.Select(static e => e.Message))}");
    }
}
