using Microsoft.AspNetCore.Http;

namespace Metrics.Gateway.Ingestion.Bodies;

/// <summary>How a body is compressed.</summary>
internal enum ContentCoding
{
    Identity,
    Gzip,
    Deflate,
    Brotli,
    Zstd,
    Snappy,
}

internal static class ContentCodings
{
    /// <summary>The coding that the request's Content-Encoding names; <paramref name="absent"/> when it names none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="absent">What no header at all means at this endpoint.</param>
    /// <param name="allowed">The codings that this endpoint reads.</param>
    /// <exception cref="BodyRefusedException">415: another coding, or several on top of each other.</exception>
    public static ContentCoding Of(HttpRequest request, ContentCoding absent, params ReadOnlySpan<ContentCoding> allowed)
    {
        var header = request.Headers.ContentEncoding;
        if (header.Count == 0)
        {
            return absent;
        }

        var text = header.ToString().Trim();
        var coding = Parse(text);
        return text.Length == 0 ? absent
            : coding is { } known && allowed.Contains(known) ? known
            : throw new BodyRefusedException(
                StatusCodes.Status415UnsupportedMediaType,
                "Content-Encoding",
                $"Content-Encoding \"{Shorten(text)}\" is not supported here; use {Names(allowed)}.");
    }

    private static ContentCoding? Parse(string text) => text.ToLowerInvariant() switch
    {
        "identity" => ContentCoding.Identity,
        "gzip" or "x-gzip" => ContentCoding.Gzip,
        "deflate" => ContentCoding.Deflate,
        "br" => ContentCoding.Brotli,
        "zstd" => ContentCoding.Zstd,
        "snappy" => ContentCoding.Snappy,
        _ => null,
    };

    private static string Names(ReadOnlySpan<ContentCoding> codings)
    {
        var names = new List<string>();
        foreach (var coding in codings)
        {
            names.Add(coding == ContentCoding.Brotli ? "br" : coding.ToString().ToLowerInvariant());
        }

        return string.Join(", ", names);
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
