using Microsoft.AspNetCore.Http;

namespace Metrics.Gateway.Problems;

/// <summary>Errors as RFC 9457 problem details: every one names the field at fault and the reason.</summary>
public static class ApiProblem
{
    /// <summary>A problem to return from an endpoint.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="field">The field, header or setting at fault, as its sender wrote it; null when it is none of theirs.</param>
    /// <param name="detail">A sentence that says what is wrong and what is allowed.</param>
    public static IResult Create(int status, string? field, string detail) =>
        Results.Problem(detail, statusCode: status, extensions: field is null ? null : [new("field", field)]);

    /// <summary>The same, written straight to a response that has not started.</summary>
    public static Task WriteAsync(HttpContext context, int status, string? field, string detail) =>
        Create(status, field, detail).ExecuteAsync(context);
}
