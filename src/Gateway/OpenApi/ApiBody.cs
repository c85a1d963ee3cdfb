namespace Metrics.Gateway.OpenApi;

/// <summary>One representation of a body.</summary>
/// <param name="ContentType">As in <c>application/json</c>.</param>
/// <param name="Schema">JSON schema, as JSON text.</param>
/// <param name="Examples">Name and text of each; of a JSON body the text is JSON.</param>
public sealed record ApiBody(string ContentType, string Schema, params (string Name, string Text)[] Examples)
{
    public const string Json = "application/json";

    public const string Problem = "application/problem+json";

    public bool IsJson => ContentType.EndsWith("json", StringComparison.Ordinal);

    /// <summary>Bytes with a format of their own, such as snappy-compressed protobuf: no example.</summary>
    public static ApiBody Binary(string contentType) => new(contentType, """{"type":"string","format":"binary"}""");
}
