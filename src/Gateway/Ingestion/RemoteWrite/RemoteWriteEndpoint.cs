using Metrics.Core.Ingestion;
using Metrics.Gateway.Ingestion.Bodies;
using Metrics.Gateway.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Ingestion.RemoteWrite;

/// <summary>
/// <c>POST /api/v1/write</c> and <c>/api/v1/push</c>: Prometheus remote write 1.0. A sender repeats a request for 5xx and never for
/// 4xx, so that everything that would be refused again is a 400, after the good part has been written.
/// </summary>
internal sealed class RemoteWriteEndpoint(
    ISampleWriter writer,
    BodyReader bodies,
    IOptions<IngestOptions> options,
    IngestionInstruments instruments,
    ILogger<RemoteWriteEndpoint> logger) : IngestionEndpoint(instruments, logger)
{
    protected override string Edge => "remote_write";

    protected override async Task IngestAsync(HttpContext context)
    {
        if (context.Request.QueryString.HasValue && context.Request.Query.ContainsKey("get_vm_proto_version"))
        {
            // Asked by older vmagents before they send zstd.
            await context.Response.WriteAsync("1");
            return;
        }

        RefuseOtherTypes(context.Request.ContentType);
        var coding = ContentCodings.Of(context.Request, ContentCoding.Snappy, ContentCoding.Snappy, ContentCoding.Zstd);
        using var batch = writer.CreateBatch();
        var outcome = Parse(await bodies.ReadAsync(context), coding, batch);
        if (!outcome.IsValid)
        {
            await ApiProblem.WriteAsync(
                context,
                StatusCodes.Status400BadRequest,
                "body",
                $"The body is not a remote write 1.0 request: it breaks off in the message at byte {outcome.Offset}. Nothing was written.");
            return;
        }

        var accepted = batch.Count;
        if (accepted != 0)
        {
            await writer.WriteAsync(batch, context.RequestAborted);
        }

        Instruments.Body(Edge, outcome.Bytes, accepted, outcome.Rejected);
        if (outcome.Histograms != 0)
        {
            Instruments.IgnoredHistograms(outcome.Histograms);
        }

        if (outcome.Rejected == 0)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(
            $"{outcome.Rejected} of {accepted + outcome.Rejected} samples were refused, the others were written. The first: {outcome.FirstRefusal}\n",
            context.RequestAborted);
    }

    private Outcome Parse(PooledBody compressed, ContentCoding coding, ISampleBatch batch)
    {
        using var body = BodyDecoder.Decode(compressed, coding, bodies.Budget, bodies.Limit);
        var parser = new WriteRequestParser(body.Span, batch, options.Value.Limits, options.Value.MaxSamples);
        var valid = parser.TryParse();
        if (parser.HasTooManySamples)
        {
            throw new BodyRefusedException(
                StatusCodes.Status413PayloadTooLarge,
                "body",
                $"The request has more than {options.Value.MaxSamples} samples (Metrics:Ingest:MaxSamples). Nothing was written.");
        }

        return new Outcome(valid, parser.Offset, body.Length, parser.Rejected, parser.Histograms, parser.FirstRefusal);
    }

    private static void RefuseOtherTypes(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType) || contentType == "application/x-protobuf")
        {
            return;
        }

        if (contentType.Contains("io.prometheus.write.v2", StringComparison.OrdinalIgnoreCase))
        {
            throw new BodyRefusedException(
                StatusCodes.Status415UnsupportedMediaType,
                "Content-Type",
                "Remote write 2.0 is not supported: send remote write 1.0 (protobuf message prometheus.WriteRequest).");
        }

        if (!contentType.StartsWith("application/x-protobuf", StringComparison.OrdinalIgnoreCase)
            && !contentType.StartsWith("application/octet-stream", StringComparison.OrdinalIgnoreCase))
        {
            throw new BodyRefusedException(
                StatusCodes.Status415UnsupportedMediaType, "Content-Type", "The body must be application/x-protobuf.");
        }
    }

    private readonly record struct Outcome(
        bool IsValid, int Offset, int Bytes, int Rejected, int Histograms, string? FirstRefusal);
}
