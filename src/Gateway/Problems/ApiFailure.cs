using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Metrics.Gateway.Problems;

/// <summary>What a client is told when its request, or one query of a batch, was not answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Field">The field, header or parameter at fault, as its sender wrote it; null when it is none of theirs.</param>
/// <param name="Detail">A sentence that says what is wrong and what is allowed.</param>
public sealed record ApiFailure(int Status, string? Field, string Detail)
{
    /// <summary>The option whose limit was hit, such as <c>Metrics:Query:Timeout</c>.</summary>
    public string? Limit { get; init; }

    /// <summary>Seconds after which the same request may succeed.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>What to look for in the server's log.</summary>
    public string? TraceId { get; init; }

    /// <summary>A 400: the field's name and a clause that reads on from it, as in "interval" and "is zero".</summary>
    public static ApiFailure BadField(string field, string reason) =>
        new(StatusCodes.Status400BadRequest, field, $"{field} {reason}.");

    /// <summary>RFC 9457, with the type and title that go with the status.</summary>
    public ProblemDetails ToProblemDetails()
    {
        ProblemHttpResult result = TypedResults.Problem(Detail, statusCode: Status);
        Extend(result.ProblemDetails, "field", Field);
        Extend(result.ProblemDetails, "limit", Limit);
        Extend(result.ProblemDetails, "traceId", TraceId);
        return result.ProblemDetails;
    }

    private static void Extend(ProblemDetails problem, string name, string? value)
    {
        if (value is not null)
        {
            problem.Extensions[name] = value;
        }
    }
}
