using Metrics.Core.Ingestion;
using Metrics.Gateway.Ingestion.Bodies;
using Metrics.Gateway.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Metrics.Gateway.Ingestion;

/// <summary>What every HTTP ingestion endpoint does around its own format: refusals, unavailability, counting.</summary>
internal abstract partial class IngestionEndpoint(IngestionInstruments instruments, ILogger logger)
{
    /// <summary>Short name of the format, in instruments and logs.</summary>
    protected abstract string Edge { get; }

    protected IngestionInstruments Instruments => instruments;

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await IngestAsync(context);
        }
        catch (BodyRefusedException e)
        {
            await RefuseAsync(context, e.Status, e.Field, e.Message);
        }
        catch (WriteUnavailableException e)
        {
            LogUnavailable(logger, Edge, e.Message);
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, null, e.Message);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The sender has gone: there is nobody to answer, and nothing of the body was written.
            LogGone(logger, Edge);
        }

        instruments.Request(Edge, context.Response.StatusCode);
    }

    /// <summary>Reads, parses, writes and answers one request.</summary>
    protected abstract Task IngestAsync(HttpContext context);

    private static Task RefuseAsync(HttpContext context, int status, string? field, string detail)
    {
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        return ApiProblem.WriteAsync(context, status, field, detail);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A {Edge} request was answered 503: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string edge, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The sender of a {Edge} request went away before it was read")]
    private static partial void LogGone(ILogger logger, string edge);
}
