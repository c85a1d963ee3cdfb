using System.Text.Json;
using Metrics.Gateway.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Metrics.Gateway.Query;

/// <summary>Reads the body of a query: JSON, of bounded size and depth.</summary>
internal sealed class JsonBody(IOptions<QueryApiOptions> options)
{
    // A batch with conditions on tags needs seven.
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16 };

    private readonly int _maxBytes = options.Value.MaxBodyBytes;

    /// <exception cref="ApiException">Not JSON, or too large.</exception>
    public async Task<JsonDocument> ReadAsync(HttpContext context)
    {
        CheckHeaders(context.Request);
        if (context.Request.ContentLength == 0)
        {
            throw new ApiException(new ApiFailure(StatusCodes.Status400BadRequest, null, "The body is empty; send a JSON object."));
        }

        // Kestrel refuses a declared length at once, and stops reading a chunked body at the limit.
        var size = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
        if (size is { IsReadOnly: false })
        {
            size.MaxRequestBodySize = _maxBytes;
        }

        try
        {
            return await JsonDocument.ParseAsync(context.Request.Body, Strict, context.RequestAborted);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw new ApiException(new ApiFailure(e.StatusCode, null, $"The body is larger than {_maxBytes} bytes.")
            {
                Limit = $"{QueryApiOptions.Section}:{nameof(QueryApiOptions.MaxBodyBytes)}",
            });
        }
        catch (IOException e) when (e is not BadHttpRequestException && !context.RequestAborted.IsCancellationRequested)
        {
            throw new ApiException(new ApiFailure(StatusCodes.Status400BadRequest, null, $"The body cannot be read: {e.Message}"));
        }
        catch (JsonException e)
        {
            throw new ApiException(new ApiFailure(StatusCodes.Status400BadRequest, null, Explain(e)));
        }
    }

    private static void CheckHeaders(HttpRequest request)
    {
        // curl -d says application/x-www-form-urlencoded unless told otherwise: whoever tries the first query should get an answer.
        if (!request.HasJsonContentType() && !request.HasFormContentType && !StringValues.IsNullOrEmpty(request.Headers.ContentType))
        {
            throw new ApiException(new ApiFailure(
                StatusCodes.Status415UnsupportedMediaType,
                HeaderNames.ContentType,
                $"Content-Type is \"{request.ContentType}\"; send application/json."));
        }

        if (request.Headers.ContentEncoding.Count > 0)
        {
            throw new ApiException(new ApiFailure(
                StatusCodes.Status415UnsupportedMediaType,
                HeaderNames.ContentEncoding,
                $"Content-Encoding is \"{request.Headers.ContentEncoding}\"; queries are read uncompressed."));
        }
    }

    private static string Explain(JsonException e)
    {
        // The framework's own message ends with zero-based positions.
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var reason = end < 0 ? e.Message : e.Message[..end];
        return $"The body is not JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {reason}";
    }
}
