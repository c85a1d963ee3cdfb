using System.Text.Json;
using System.Text.Json.Serialization;
using Metrics.Core.Storage;
using Metrics.Gateway.OpenApi;
using Metrics.Gateway.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Metrics.Gateway.Status;

/// <summary><c>GET /api/v1/status/wal</c>: the write-ahead log's size, and what its replay could not read.</summary>
internal static class WalEndpoint
{
    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "state": {"type": "string", "enum": ["closed", "replaying", "ready"]},
            "directory": {"type": "string"},
            "progress": {"type": "object", "properties": {"bytesRead": {"type": "integer"}, "bytesTotal": {"type": "integer"}}},
            "orphanedSamples": {"type": "integer", "description": "Replayed samples whose series' definition is damaged in both logs."},
            "logs": {"type": "array", "items": {
              "type": "object",
              "properties": {
                "name": {"type": "string", "enum": ["wal", "series"]},
                "bytes": {"type": "integer"},
                "segments": {"type": "integer"},
                "replay": {
                  "type": "object",
                  "properties": {
                    "segments": {"type": "integer"},
                    "records": {"type": "integer"},
                    "bytes": {"type": "integer"},
                    "seconds": {"type": "number"},
                    "corruptionCount": {"type": "integer"},
                    "corruptBytes": {"type": "integer"},
                    "corruptions": {"type": "array", "description": "The first 100.", "items": {"type": "object"}},
                    "tornTail": {"type": "object", "description": "An unfinished write that was cut off the newest segment."}
                  }
                }
              }
            }}
          }
        }
        """;

    private const string Example =
        """
        {
          "state": "ready", "directory": "/var/lib/metrics", "orphanedSamples": 0,
          "logs": [
            {"name": "wal", "bytes": 4194304, "segments": 1, "replay": {
              "segments": 1, "records": 51200, "bytes": 4178304, "seconds": 0.04, "corruptionCount": 1, "corruptBytes": 212,
              "corruptions": [{"segment": "000000000001.wal", "offset": 81920, "bytes": 212, "reason": "the payload's checksum is wrong"}]}},
            {"name": "series", "bytes": 65536, "segments": 1, "replay": {
              "segments": 1, "records": 40, "bytes": 64704, "seconds": 0.001, "corruptionCount": 0, "corruptBytes": 0, "corruptions": [],
              "tornTail": {"segment": "000000000001.wal", "offset": 65536, "bytes": 37}}}]
        }
        """;

    private static readonly ApiOperation Description = new(
        ApiTags.Status, "Write-ahead log", "How large the log is, what its replay read, and segment, offset, length and reason of all that it could not.")
    {
        Responses = [ApiResponse.Json(StatusCodes.Status200OK, "The log.", Schema, ("after damage to one record", Example))],
    };

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Only in a process that has a log: a gateway on its own has none.</summary>
    public static void MapWal(this IEndpointRouteBuilder endpoints)
    {
        if (endpoints.ServiceProvider.GetRequiredService<IServiceProviderIsService>().IsService(typeof(StorageEngine)))
        {
            endpoints.MapGet("/api/v1/status/wal", static (StorageEngine engine) => Results.Json(WalStatus.Of(engine), Json))
                .AddEndpointFilter<ProblemFilter>()
                .WithApi(Description);
        }
    }
}
