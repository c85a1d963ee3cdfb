using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Metrics.Gateway.Problems;

/// <summary>
/// Answers the failures that endpoints throw on purpose right where they are thrown, so that a client's mistakes cost no walk
/// through the exception middleware and no line in the log.
/// </summary>
internal sealed class ProblemFilter(ILogger<ProblemFilter> logger) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        try
        {
            return await next(context);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone: there is nobody to tell.
            return Results.Empty;
        }
        catch (Exception e) when (!http.Response.HasStarted && ApiFailures.TryMap(e, out var failure))
        {
            if (failure.Status >= StatusCodes.Status500InternalServerError && e is not ApiException)
            {
                ProblemsLog.Unavailable(logger, e, http.Request.Method, http.Request.Path, failure.Detail);
            }

            await ApiProblem.WriteAsync(http, failure);
            return Results.Empty;
        }
    }
}
