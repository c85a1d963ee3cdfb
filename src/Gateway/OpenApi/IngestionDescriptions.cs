namespace Metrics.Gateway.OpenApi;

/// <summary>What the OpenAPI document says of the ways in.</summary>
public static class IngestionDescriptions
{
    private const string Points =
        """
        {
          "type": "array",
          "items": {
            "type": "object",
            "required": ["metric", "value"],
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
              "items": {
                "type": "object",
                "properties": {"index": {"type": "integer"}, "field": {"type": "string"}, "reason": {"type": "string"}}
              }
            }
          }
        }
        """;

    /// <summary><c>POST /api/v1/metrics</c>.</summary>
    public static readonly ApiOperation Json = new(
        ApiTags.Ingestion,
        "Write points",
        "Takes points as a JSON array, plain or compressed with gzip, zstd or deflate. 202 means that they survive a crash of the process. "
        + "Bad points do not sink good ones: they are listed as rejected, with the field and the reason.")
    {
        Request = [new ApiBody(ApiBody.Json, Points, ("point", PointsExample))],
        Responses =
        [
            ApiResponse.Json(
                202,
                "Taken, all or in part.",
                Written,
                ("taken", """{"accepted":1,"rejected":[]}"""),
                ("in part", """{"accepted":1,"rejected":[{"index":1,"field":"value","reason":"is not finite"}]}""")),
            ApiResponse.Problem("The body is not JSON, or no point was good.", new(400, null, "The body is not a JSON array of points.")),
            ApiResponse.Problem("The body is too large.", new(413, null, "The body is larger than 33554432 bytes.")),
            Unavailable,
        ],
    };

    /// <summary><c>POST /api/v1/write</c> and <c>POST /api/v1/push</c>.</summary>
    public static readonly ApiOperation RemoteWrite = new(
        ApiTags.Ingestion,
        "Prometheus remote write 1.0",
        "Takes a snappy-compressed protobuf WriteRequest, as Prometheus and vmagent send it.")
    {
        Request = [ApiBody.Binary("application/x-protobuf")],
        Responses =
        [
            new ApiResponse(204, "Taken."),
            ApiResponse.Problem("Malformed, or samples were refused; sending it again would not help.", new(400, null, "The body is not a snappy block.")),
            ApiResponse.Problem("The body is too large.", new(413, null, "The body declares more than 33554432 bytes.")),
            Unavailable,
        ],
    };

    /// <summary><c>GET /api/v1/status/statsd</c>.</summary>
    public static readonly ApiOperation StatsD = new(
        ApiTags.Status,
        "StatsD listener",
        "What the StatsD listener has taken and refused, with the last lines that it could not parse.")
    {
        Responses = [ApiResponse.Json(200, "The counts.", """{"type":"object"}""")],
    };

    private static ApiResponse Unavailable => ApiResponse.Problem(
        "Nothing can be written now; Retry-After says when to try again.", new(503, null, "The disk is full."));
}
