using Metrics.Core.Ingestion;
using Metrics.Gateway.Ingestion.Bodies;
using Metrics.Gateway.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Ingestion.Json;

/// <summary><c>POST /api/v1/metrics</c>: an array of points as JSON.</summary>
internal sealed class JsonMetricsEndpoint(
    ISampleWriter writer,
    BodyReader bodies,
    IOptions<IngestOptions> options,
    IngestionInstruments instruments,
    TimeProvider time,
    ILogger<JsonMetricsEndpoint> logger) : IngestionEndpoint(instruments, logger)
{
    protected override string Edge => "json";

    protected override async Task IngestAsync(HttpContext context)
    {
        RefuseOtherTypes(context.Request.ContentType);
        var coding = ContentCodings.Of(
            context.Request,
            ContentCoding.Identity,
            ContentCoding.Identity,
            ContentCoding.Gzip,
            ContentCoding.Deflate,
            ContentCoding.Zstd,
            ContentCoding.Brotli);
        using var batch = writer.CreateBatch();
        JsonResult result;
        int bytes;
        using (var body = BodyDecoder.Decode(await bodies.ReadAsync(context), coding, bodies.Budget, bodies.Limit))
        {
            result = new JsonBodyParser(body.Span, batch, options.Value, time.GetUtcNow().ToUnixTimeMilliseconds()).Parse();
            bytes = body.Length;
        }

        switch (result.Outcome)
        {
            case JsonOutcome.Broken:
                await ApiProblem.WriteAsync(
                    context,
                    StatusCodes.Status400BadRequest,
                    "body",
                    $"The body is not valid at element {result.Elements}, byte {result.Offset}: {result.Reason.TrimEnd('.')}. Nothing was written.");
                break;
            case JsonOutcome.TooManyPoints:
                await ApiProblem.WriteAsync(
                    context,
                    StatusCodes.Status413PayloadTooLarge,
                    "body",
                    $"The body has more than {options.Value.MaxPoints} points (Metrics:Ingest:MaxPoints). Nothing was written.");
                break;
            default:
                var accepted = batch.Count;
                if (accepted != 0)
                {
                    await writer.WriteAsync(batch, context.RequestAborted);
                }

                Instruments.Body(Edge, bytes, accepted, result.Rejected?.Count ?? 0);
                await JsonAnswer.WriteAsync(context, accepted, result.Rejected);
                break;
        }
    }

    // curl -d says application/x-www-form-urlencoded unless told otherwise, and many senders say nothing.
    private static void RefuseOtherTypes(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType) || contentType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        var type = contentType.AsSpan(0, contentType.AsSpan().IndexOf(';') is var end and >= 0 ? end : contentType.Length).Trim();
        if (!type.EndsWith("json", StringComparison.OrdinalIgnoreCase)
            && !type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            && !type.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase)
            && !type.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
        {
            throw new BodyRefusedException(
                StatusCodes.Status415UnsupportedMediaType, "Content-Type", "The body must be JSON: send Content-Type: application/json.");
        }
    }
}
