using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Metrics.Core.Ingestion;
using Metrics.Core.Query;
using Microsoft.AspNetCore.Http;

namespace Metrics.Gateway.Problems;

/// <summary>Turns what the layers below throw into what clients are told.</summary>
public static class ApiFailures
{
    /// <summary>False for what nobody expected: that is a 500, and is logged.</summary>
    public static bool TryMap(Exception exception, [NotNullWhen(true)] out ApiFailure? failure)
    {
        failure = exception switch
        {
            ApiException e => e.Failure,
            QueryLimitException { Limit: QueryOptions.ConcurrencyLimit } e => Unavailable(e.Message) with { Limit = e.Limit },
            QueryLimitException e => new(StatusCodes.Status422UnprocessableEntity, null, e.Message) { Limit = e.Limit },
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } e => new(e.StatusCode, null, "The body is larger than is allowed."),
            BadHttpRequestException e => new(e.StatusCode, null, e.Message),
            WriteUnavailableException e => Unavailable(e.Message),
            TimeoutException => Unavailable("The cluster did not answer in time: it is overloaded, or a silo has just been lost."),
            SiloUnavailableException => Unavailable("A silo that holds part of the answer cannot be reached."),
            OrleansException => Unavailable("The cluster cannot answer now: it is starting, changing or overloaded."),
            OperationCanceledException => Unavailable("The request was given up: the server is stopping."),
            _ => null,
        };
        return failure is not null;
    }

    /// <summary>A 500 that says nothing of the inside but where to look.</summary>
    public static ApiFailure Unexpected(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(
            StatusCodes.Status500InternalServerError,
            null,
            "Something went wrong inside the server; its log has the cause under the trace id.")
        {
            TraceId = Activity.Current?.Id ?? context.TraceIdentifier,
        };
    }

    private static ApiFailure Unavailable(string detail) =>
        new(StatusCodes.Status503ServiceUnavailable, null, detail) { RetryAfterSeconds = 1 };
}
