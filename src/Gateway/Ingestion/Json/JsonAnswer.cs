using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Metrics.Gateway.Ingestion.Json;

/// <summary>Writes the answer to a JSON body.</summary>
internal static class JsonAnswer
{
    /// <summary>202 with what was taken; 400 as problem details, with the same members, when nothing was good.</summary>
    public static async Task WriteAsync(HttpContext context, int accepted, RejectedPoints? rejected)
    {
        var failed = accepted == 0 && rejected is not null;
        var response = context.Response;
        response.StatusCode = failed ? StatusCodes.Status400BadRequest : StatusCodes.Status202Accepted;
        response.ContentType = failed ? "application/problem+json" : "application/json";
        await using (var json = new Utf8JsonWriter(response.BodyWriter))
        {
            json.WriteStartObject();
            if (failed)
            {
                json.WriteString("type"u8, "https://tools.ietf.org/html/rfc9110#section-15.5.1"u8);
                json.WriteString("title"u8, "Bad Request"u8);
                json.WriteNumber("status"u8, StatusCodes.Status400BadRequest);
                var first = rejected!.First[0].Problem;
                json.WriteString("detail", $"No point was good. The first: {first.Field} {first.Reason}.");
                json.WriteString("field", first.Field);
            }

            WriteCounts(json, accepted, rejected);
            json.WriteEndObject();
        }

        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static void WriteCounts(Utf8JsonWriter json, int accepted, RejectedPoints? rejected)
    {
        json.WriteNumber("accepted"u8, accepted);
        json.WriteStartArray("rejected"u8);
        foreach (var (index, problem) in rejected?.First ?? [])
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, index);
            json.WriteString("field"u8, problem.Field);
            json.WriteString("reason"u8, problem.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("rejectedCount"u8, rejected?.Count ?? 0);
    }
}
