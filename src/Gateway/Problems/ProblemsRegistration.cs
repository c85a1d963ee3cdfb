using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Metrics.Gateway.Problems;

/// <summary>Problem details for everything under the API's paths that no endpoint answered itself.</summary>
public static class ProblemsRegistration
{
    /// <summary>
    /// Exceptions become a 500 without a stack, and empty 404, 405 and 415 answers get a body. Only for the API's
    /// own paths: pages keep theirs. Put it before the endpoints and anything that may throw.
    /// </summary>
    public static IApplicationBuilder UseMetricsProblems(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return app.UseWhen(static context => ApiPaths.IsApi(context.Request.Path), static api =>
        {
            api.UseExceptionHandler(new ExceptionHandlerOptions
            {
                ExceptionHandler = AnswerException,
                AllowStatusCode404Response = true,
                // Logged below, once, with the trace id that the client was told.
                SuppressDiagnosticsCallback = static _ => true,
            });
            api.UseStatusCodePages(static context => AnswerStatus(context.HttpContext));
        });
    }

    private static Task AnswerException(HttpContext context)
    {
        var exception = context.Features.GetRequiredFeature<IExceptionHandlerFeature>().Error;
        if (!ApiFailures.TryMap(exception, out var failure))
        {
            failure = ApiFailures.Unexpected(context);
            var logger = context.RequestServices.GetRequiredService<ILogger<ApiFailure>>();
            ProblemsLog.RequestFailed(logger, exception, context.Request.Method, context.Request.Path, failure.TraceId);
        }

        return ApiProblem.WriteAsync(context, failure);
    }

    private static Task AnswerStatus(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);

        // A page's catch-all route takes every GET, and so hides from routing that the path is there for another method.
        if (response.StatusCode is StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed
            && AllowedMethods.Of(context) is { Count: > 0 } allowed)
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = string.Join(", ", allowed);
        }

        var detail = response.StatusCode switch
        {
            StatusCodes.Status404NotFound => $"There is nothing at {request.Path}; /openapi/v1.json lists what there is.",
            StatusCodes.Status405MethodNotAllowed => $"{request.Path} does not take {request.Method}; it takes {response.Headers.Allow}.",
            StatusCodes.Status415UnsupportedMediaType => $"{request.Path} does not read a body of type {request.ContentType}.",
            _ => "The request could not be answered.",
        };
        return ApiProblem.WriteAsync(context, response.StatusCode, null, detail);
    }
}
