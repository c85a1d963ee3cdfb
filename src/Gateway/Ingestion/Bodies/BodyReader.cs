using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Ingestion.Bodies;

/// <summary>Reads a request's body into pooled memory, as it was sent, within the limits.</summary>
internal sealed class BodyReader(IOptions<IngestOptions> options, BodyBudget budget)
{
    // A declared length is believed up to here; beyond it memory grows with what has really arrived.
    private const int TrustedLength = 1024 * 1024;

    private readonly int _limit = options.Value.MaxBodyBytes;

    public BodyBudget Budget => budget;

    public int Limit => _limit;

    /// <summary>The body, still compressed; dispose of it.</summary>
    /// <exception cref="BodyRefusedException">It is too large, or there is no memory for it, or it breaks off.</exception>
    public async ValueTask<PooledBody> ReadAsync(HttpContext context)
    {
        var declared = context.Request.ContentLength;
        if (declared > _limit)
        {
            throw BodyRefusedException.TooLarge(_limit);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = _limit;
        }

        var body = new PooledBody(budget, (int)Math.Min(declared ?? 4096, TrustedLength), _limit);
        try
        {
            await FillAsync(body, context.Request.BodyReader, context.RequestAborted);
            return body;
        }
        catch (BadHttpRequestException e)
        {
            body.Dispose();
            throw e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? BodyRefusedException.TooLarge(_limit)
                : new BodyRefusedException(e.StatusCode, "body", e.Message, e);
        }
        catch (IOException e) when (!context.RequestAborted.IsCancellationRequested)
        {
            // A chunk's length that does not fit into an int comes as this.
            body.Dispose();
            throw new BodyRefusedException(StatusCodes.Status400BadRequest, "body", $"The body cannot be read: {e.Message}", e);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private static async ValueTask FillAsync(PooledBody body, PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            foreach (var segment in result.Buffer)
            {
                body.Append(segment.Span);
            }

            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }
}
