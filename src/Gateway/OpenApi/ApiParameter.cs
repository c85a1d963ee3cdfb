namespace Metrics.Gateway.OpenApi;

/// <summary>A parameter in the path or the query string.</summary>
/// <param name="Name">Its name; one that the path has is a path parameter.</param>
/// <param name="Description">CommonMark.</param>
/// <param name="Schema">JSON schema, as JSON text.</param>
public sealed record ApiParameter(string Name, string Description, string Schema)
{
    /// <summary>A value that shows the form.</summary>
    public string? Example { get; init; }
}
