using Metrics.Gateway.OpenApi;

namespace Metrics.Gateway.Ingestion;

/// <summary>What the OpenAPI document says of the ways in.</summary>
internal static class IngestionDescriptions
{
    private const string Points =
        """
        {
          "type": "array",
          "description": "One point without the array is taken too.",
          "items": {
            "type": "object",
            "required": ["metric", "value"],
            "additionalProperties": false,
            "properties": {
              "metric": {"type": "string", "minLength": 1},
              "tags": {"type": "object", "additionalProperties": {"type": "string"}},
              "timestamp": {"type": "number", "description": "Epoch seconds, whole or fractional; milliseconds by size. Default: now."},
              "value": {"type": "number"}
            }
          }
        }
        """;

    private const string PointsExample =
        """
        [{"metric":"http.request.latency",
          "tags":{"service":"api-gateway","endpoint":"/v1/users","method":"GET","region":"us-east-1"},
          "timestamp":1708632000,"value":45.2}]
        """;

    private const string Written =
        """
        {
          "type": "object",
          "properties": {
            "accepted": {"type": "integer"},
            "rejected": {
              "type": "array",
              "description": "The first 100.",
              "items": {
                "type": "object",
                "properties": {"index": {"type": "integer"}, "field": {"type": "string"}, "reason": {"type": "string"}}
              }
            },
            "rejectedCount": {"type": "integer"}
          }
        }
        """;

    private const string StatsDSchema =
        """
        {
          "type": "object",
          "properties": {
            "enabled": {"type": "boolean"},
            "udp": {"type": ["string", "null"]},
            "tcp": {"type": ["string", "null"]},
            "kernelDrops": {"type": ["integer", "null"], "description": "Packets that the kernel dropped; null where it does not tell."},
            "series": {"type": "integer"},
            "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
            "recentBadLines": {"type": "array", "items": {
              "type": "object",
              "properties": {"at": {"type": "string"}, "line": {"type": "string"}, "reason": {"type": "string"}}
            }}
          }
        }
        """;

    private const string StatsDExample =
        """
        {"enabled":true,"udp":"127.0.0.1:8125","tcp":null,"kernelDrops":0,"series":1,
         "counts":{"packets":2,"lines":2,"badLines":1,"samples":1},
         "recentBadLines":[{"at":"2026-02-22T12:00:00+00:00","line":"hits;1","reason":"has no colon after the name"}]}
        """;

    /// <summary><c>POST /api/v1/metrics</c>.</summary>
    public static readonly ApiOperation Json = new(
        ApiTags.Ingestion,
        "Write points",
        "Takes points as a JSON array, plain or compressed with gzip, deflate, zstd or br. 202 means that they survive a crash of the process. "
        + "Bad points do not sink good ones: they are listed as rejected, with the field and the reason.")
    {
        Request = [new ApiBody(ApiBody.Json, Points, ("point", PointsExample))],
        Responses =
        [
            ApiResponse.Json(
                202,
                "Taken, all or in part.",
                Written,
                ("taken", """{"accepted":1,"rejected":[],"rejectedCount":0}"""),
                ("in part", """{"accepted":1,"rejected":[{"index":1,"field":"value","reason":"is not finite"}],"rejectedCount":1}""")),
            ApiResponse.Problem(
                "No point was good (then with the members of a 202 besides), or the body is not JSON.",
                new(400, "value", "No point was good. The first: value is missing.")),
            TooLarge("The body is larger than 33554432 bytes (Metrics:Ingest:MaxBodyBytes, which counts after decompression)."),
            OtherType("The body must be JSON: send Content-Type: application/json."),
            Unavailable,
        ],
    };

    /// <summary><c>POST /api/v1/write</c> and <c>POST /api/v1/push</c>.</summary>
    public static readonly ApiOperation RemoteWrite = new(
        ApiTags.Ingestion,
        "Prometheus remote write 1.0",
        "Takes a protobuf WriteRequest compressed with snappy, as Prometheus sends it, or with zstd, as vmagent may. "
        + "204 means that its samples survive a crash of the process.")
    {
        Request = [ApiBody.Binary("application/x-protobuf")],
        Responses =
        [
            new ApiResponse(204, "Taken."),
            new ApiResponse(
                400,
                "Samples were refused and the others written (text), or the body is not a valid request and nothing was (problem details). "
                + "Sending it again would not help.",
                new ApiBody("text/plain", """{"type":"string"}""")),
            TooLarge("The body is larger than 33554432 bytes (Metrics:Ingest:MaxBodyBytes, which counts after decompression)."),
            OtherType("Remote write 2.0 is not supported: send remote write 1.0 (protobuf message prometheus.WriteRequest)."),
            Unavailable,
        ],
    };

    /// <summary><c>GET /api/v1/status/statsd</c>.</summary>
    public static readonly ApiOperation StatsD = new(
        ApiTags.Status,
        "StatsD listener",
        "What the StatsD listener has taken and refused, with the last lines that it could not use.")
    {
        Responses = [ApiResponse.Json(200, "The counts.", StatsDSchema, ("shortened", StatsDExample))],
    };

    private static ApiResponse Unavailable => ApiResponse.Problem(
        "Nothing can be written now; Retry-After says when to try again.", new(503, null, "The disk is full."));

    private static ApiResponse TooLarge(string detail) => ApiResponse.Problem("The body is too large; nothing was written.", new(413, "body", detail));

    private static ApiResponse OtherType(string detail) =>
        ApiResponse.Problem("A Content-Type or Content-Encoding that is not read here.", new(415, "Content-Type", detail));
}
