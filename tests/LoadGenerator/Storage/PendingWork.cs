using System.Text.Json;
using Metrics.LoadGenerator.Http;

namespace Metrics.LoadGenerator.Storage;

/// <summary>What <c>GET /api/v1/status/storage</c> says is still to be done.</summary>
internal static class PendingWork
{
    /// <returns>The sum of all numbers under <c>pending</c>; null when the server has no such page.</returns>
    /// <exception cref="IOException">The page says nothing about it.</exception>
    public static double? Ask(HttpConnection connection)
    {
        var answer = connection.Send("GET", "/api/v1/status/storage", "", []);
        if (!answer.IsSuccess)
        {
            return null;
        }

        using var document = JsonDocument.Parse(answer.Body);
        return document.RootElement.TryGetProperty("pending", out var pending)
            ? Sum(pending)
            : throw new IOException($"status/storage has no 'pending': {answer.Excerpt}");
    }

    private static double Sum(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.Object => element.EnumerateObject().Sum(static property => Sum(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().Sum(Sum),
        _ => 0,
    };
}
