using Metrics.Gateway.OpenApi;
using Metrics.Gateway.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Metrics.Gateway.Status;

/// <summary>Liveness and readiness.</summary>
public static class StatusRegistration
{
    // Long enough that a crowd of clients does not hammer a start, short enough that it is not noticed after one.
    private const string RetryAfterSeconds = "1";

    private static readonly string[] GetAndHead = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>
    /// Answers 503 with a Retry-After to whatever reads or writes data while the process is not ready, since it may listen
    /// before it is. Status pages and <c>/-/</c> go through.
    /// </summary>
    public static IApplicationBuilder UseMetricsReadiness(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return app.Use(static (context, next) =>
        {
            if (!ApiPaths.NeedsReadiness(context.Request.Path))
            {
                return next(context);
            }

            var readiness = context.RequestServices.GetRequiredService<ReadinessReport>();
            return readiness.IsReady
                ? next(context)
                : ApiProblem.WriteAsync(
                    context,
                    new ApiFailure(StatusCodes.Status503ServiceUnavailable, null, $"Not ready: {readiness.Reason}.") { RetryAfterSeconds = 1 });
        });
    }

    internal static void MapStatus(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods("/-/healthy", GetAndHead, static () => Results.Text("healthy"))
            .WithApi(new ApiOperation(ApiTags.Health, "Liveness", "200 as long as the process answers at all.")
            {
                Responses = [ApiResponse.Text(StatusCodes.Status200OK, "Alive.", "healthy")],
            });
        endpoints.MapMethods("/-/ready", GetAndHead, Ready)
            .WithApi(new ApiOperation(
                ApiTags.Health,
                "Readiness",
                "200 once data can be written and read; until then, such as while the write-ahead log is replayed, 503 with what it waits for.")
            {
                Responses =
                [
                    ApiResponse.Text(StatusCodes.Status200OK, "Ready.", "ready"),
                    ApiResponse.Text(
                        StatusCodes.Status503ServiceUnavailable,
                        "Not ready yet.",
                        "not ready: the write-ahead log is being replayed (12 of 40 MB)"),
                ],
            });
        endpoints.MapCardinality();
        endpoints.MapWal();
    }

    private static IResult Ready(ReadinessReport readiness, HttpResponse response)
    {
        if (readiness.IsReady)
        {
            return Results.Text("ready");
        }

        response.Headers.RetryAfter = RetryAfterSeconds;
        return Results.Text($"not ready: {readiness.Reason}", statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}
