using System.Text.Json.Nodes;
using Metrics.Gateway.Problems;

namespace Metrics.Gateway.OpenApi;

/// <summary>One status that an endpoint answers with.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Description">When.</param>
/// <param name="Body">Its body, or null when it has none.</param>
public sealed record ApiResponse(int Status, string Description, ApiBody? Body = null)
{
    private const string ProblemSchema =
        """
        {
          "type": "object",
          "description": "RFC 9457 problem details.",
          "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "What is wrong and what is allowed."},
            "field": {"type": "string", "description": "The field, parameter or header at fault."},
            "limit": {"type": "string", "description": "The option whose limit was hit."},
            "traceId": {"type": "string", "description": "What to look for in the server's log."}
          }
        }
        """;

    /// <summary>A plain-text answer.</summary>
    public static ApiResponse Text(int status, string description, string example) =>
        new(status, description, new ApiBody("text/plain", """{"type":"string"}""", ("text", example)));

    /// <summary>A JSON answer.</summary>
    public static ApiResponse Json(int status, string description, string schema, params (string Name, string Text)[] examples) =>
        new(status, description, new ApiBody(ApiBody.Json, schema, examples));

    /// <summary>Problem details, with the one that is given as the example.</summary>
    public static ApiResponse Problem(string description, ApiFailure example)
    {
        ArgumentNullException.ThrowIfNull(example);
        var problem = example.ToProblemDetails();
        var json = new JsonObject
        {
            ["type"] = problem.Type,
            ["title"] = problem.Title,
            ["status"] = problem.Status,
            ["detail"] = problem.Detail,
        };
        foreach (var (name, value) in problem.Extensions)
        {
            json[name] = value?.ToString();
        }

        return new(example.Status, description, new ApiBody(ApiBody.Problem, ProblemSchema, ("problem", json.ToJsonString())));
    }
}
