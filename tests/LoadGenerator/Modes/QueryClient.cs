using System.Globalization;
using System.Text;
using System.Text.Json;
using Metrics.LoadGenerator.Http;

namespace Metrics.LoadGenerator.Modes;

/// <summary>Asks our own query API for one value over a range.</summary>
internal sealed class QueryClient(HttpConnection connection)
{
    /// <returns>The value of the only bucket, or null when there is none.</returns>
    /// <exception cref="IOException">The answer was not 2xx; the message is its beginning.</exception>
    public double? Ask(string metric, string aggregation, long fromMs, long toMs)
    {
        var body = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"metric":"{{metric}}","aggregation":"{{aggregation}}","from":"{{Iso(fromMs)}}","to":"{{Iso(toMs)}}"}""");
        var answer = connection.Send("POST", "/api/v1/query", "Content-Type: application/json\r\n", Encoding.UTF8.GetBytes(body));
        if (!answer.IsSuccess)
        {
            throw new IOException(answer.Excerpt);
        }

        using var document = JsonDocument.Parse(answer.Body);
        return document.RootElement.TryGetProperty("series", out var series) && series.GetArrayLength() > 0
            ? series[0].GetProperty("value").GetDouble()
            : null;
    }

    private static string Iso(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
