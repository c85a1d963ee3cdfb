using System.Text.Encodings.Web;
using System.Text.Json;
using Metrics.Gateway.OpenApi;
using Microsoft.AspNetCore.Http;

namespace Metrics.Gateway.Query;

/// <summary>A JSON body written straight into the response's buffers, and handed to the client as it grows.</summary>
internal sealed class JsonAnswer : IAsyncDisposable
{
    private const int FlushBytes = 32 << 10;

    // The answer is JSON with its own content type, never markup: "é" and "<" need no escape.
    private static readonly JsonWriterOptions WriterOptions = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly HttpResponse _response;
    private long _flushed;

    private JsonAnswer(HttpResponse response)
    {
        _response = response;
        Json = new Utf8JsonWriter(response.BodyWriter, WriterOptions);
    }

    public Utf8JsonWriter Json { get; }

    /// <summary>Starts a 200: from here on a failure can only cut the connection.</summary>
    public static async Task<JsonAnswer> StartAsync(HttpResponse response)
    {
        response.ContentType = ApiBody.Json;
        await response.StartAsync();
        return new JsonAnswer(response);
    }

    /// <summary>Call it between elements: waits while the client is slower than the writer.</summary>
    public ValueTask FlushIfLargeAsync()
    {
        var written = Json.BytesCommitted + Json.BytesPending;
        return written - _flushed < FlushBytes ? ValueTask.CompletedTask : FlushAsync(written);
    }

    public async ValueTask DisposeAsync() => await Json.DisposeAsync();

    private async ValueTask FlushAsync(long written)
    {
        _flushed = written;
        await Json.FlushAsync();
        await _response.BodyWriter.FlushAsync(_response.HttpContext.RequestAborted);
    }
}
