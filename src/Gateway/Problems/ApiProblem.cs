using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Metrics.Gateway.Problems;

/// <summary>Errors as RFC 9457 problem details: every one names the field at fault and the reason.</summary>
public static class ApiProblem
{
    /// <summary>A problem to return from an endpoint.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="field">The field, header or setting at fault, as its sender wrote it; null when it is none of theirs.</param>
    /// <param name="detail">A sentence that says what is wrong and what is allowed.</param>
    public static IResult Create(int status, string? field, string detail) => Create(new ApiFailure(status, field, detail));

    /// <summary>A problem to return from an endpoint.</summary>
    public static IResult Create(ApiFailure failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return Results.Problem(failure.ToProblemDetails());
    }

    /// <summary>The same, written straight to a response that has not started.</summary>
    public static Task WriteAsync(HttpContext context, int status, string? field, string detail) =>
        WriteAsync(context, new ApiFailure(status, field, detail));

    /// <summary>The same, with a Retry-After header where the failure has one.</summary>
    public static Task WriteAsync(HttpContext context, ApiFailure failure)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(failure);
        if (failure.RetryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return Create(failure).ExecuteAsync(context);
    }
}
