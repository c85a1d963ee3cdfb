using Metrics.Gateway.OpenApi;
using Metrics.Gateway.Query;

namespace Metrics.Gateway.Storage;

/// <summary>What the OpenAPI document says of the storage API.</summary>
internal static class StorageDescriptions
{
    private const string Expected = """{"type":"integer","minimum":0,"description":"How many series match: the confirmation."}""";

    private const string DeletionSchema =
        """{"type":"object","additionalProperties":false,"properties":{"metric":{"type":"string"},"tags":{"type":"object","description":"As in a query."}"""
        + ""","from":{"anyOf":[{"type":"string"},{"type":"number"}]},"to":{"anyOf":[{"type":"string"},{"type":"number"}]},"expectedSeries":"""
        + Expected + "}}";

    private const string PolicySchema =
        """{"type":"object","additionalProperties":false,"properties":{"metric":{"type":"string","description":"`*` stands for any characters."},"tags":{"type":"object","description":"As in a query."}"""
        + ""","raw":{"type":"string"},"1m":{"type":"string"},"1h":{"type":"string"},"1d":{"type":"string"},"expectedSeries":"""
        + Expected + "}}";

    private const string StatusSchema =
        """
        {"type":"object","properties":{
          "stored":{"type":"array","items":{"type":"object","properties":{
            "tier":{"type":"string","enum":["hot","warm","cold"]},"resolution":{"type":"string","enum":["raw","1m","1h","1d"]},
            "blocks":{"type":"integer"},"bytes":{"type":"integer"},"samples":{"type":"integer"},"series":{"type":"integer"},
            "oldest":{"type":"string","format":"date-time"},"newest":{"type":"string","format":"date-time"}}}},
          "oldest":{"type":"string","format":"date-time"},"newest":{"type":"string","format":"date-time"},
          "wal":{"type":"object","properties":{"bytes":{"type":"integer"}}},
          "spool":{"type":"object","properties":{"bytes":{"type":"integer"},"maxBytes":{"type":"integer"}}},
          "cache":{"type":"object","properties":{"bytes":{"type":"integer"},"hitBytes":{"type":"integer"},"fetchedBytes":{"type":"integer"}}},
          "objectStores":{"type":"array","items":{"type":"object","properties":{
            "silo":{"type":"string"},"store":{"type":"string"},"lastPublished":{"type":"string","format":"date-time"},"lastError":{"type":"string"}}}},
          "shards":{"type":"object","additionalProperties":{"type":"integer"}},
          "pending":{"type":"object","additionalProperties":{"type":"integer"}},
          "jobs":{"type":"array","items":{"type":"object","properties":{
            "job":{"type":"string"},"lastRun":{"type":"string","format":"date-time"},"lastSeconds":{"type":"number"},
            "failingShards":{"type":"integer"},"lastError":{"type":"string"}}}},
          "damaged":{"type":"array","items":{"type":"object","properties":{
            "shard":{"type":"integer"},"block":{"type":"string"},"reason":{"type":"string"},"found":{"type":"string","format":"date-time"},
            "from":{"type":"string","format":"date-time"},"to":{"type":"string","format":"date-time"},"samples":{"type":"integer"}}}},
          "retention":{"type":"object","additionalProperties":{"type":"number"}}}}
        """;

    private const string Deleted = """{"type":"object","properties":{"deletedSeries":{"type":"integer"}}}""";
    private const string Rules = """{"type":"object","properties":{"default":{"type":"object"},"policies":{"type":"array","items":{"type":"object"}}}}""";
    private const string Policy = """{"metric":"debug.*","tags":{"env":"dev"},"raw":"7d","1m":"30d","expectedSeries":12}""";
    private const string PolicyAnswer = """{"name":"debug","metric":"debug.*","tags":["env=dev"],"raw":"7d","1m":"30d"}""";

    public static readonly ApiOperation Status = new(
        ApiTags.Status, "Storage", "What is stored by tier and resolution, oldest and newest data, what waits to be sealed, published, rolled up, compacted or deleted, and what was found damaged.")
    {
        Responses = [ApiResponse.Json(200, "The figures.", StatusSchema, ("one process", StorageExamples.Status))],
    };

    public static readonly ApiOperation Flush = new(
        ApiTags.Storage, "Write memory to blocks", "Returns when the object store has everything that was acknowledged before the call. Nothing needs it but a backup.")
    {
        Responses = [new ApiResponse(204, "Done."), Unavailable],
    };

    public static readonly ApiOperation Recheck = new(
        ApiTags.Storage, "Look at blocks again", "Checks every checksum and index of the blocks named. Those that are damaged are set aside: not read any more, and never deleted. `metrics verify` does that by itself.")
    {
        Request = [new ApiBody(ApiBody.Json, """{"type":"object","additionalProperties":false,"properties":{"blocks":{"type":"array","items":{"type":"string"}}}}""",
            ("one", """{"blocks":["shards/0003/raw/20261122T180000-20261122T200000-4-17.block"]}"""))],
        Responses =
        [
            ApiResponse.Json(200, "How many are damaged.", """{"type":"object","properties":{"damaged":{"type":"integer"}}}""", ("one", """{"damaged":1}""")),
            ApiResponse.Problem("A field is unknown, missing or wrong.", new(400, "blocks", "blocks is missing; give the names of blocks as verify shows them.")),
            Unavailable,
        ],
    };

    public static readonly ApiOperation DeleteSeries = new(
        ApiTags.Storage,
        "Delete series",
        "Deletes what the matching series hold, or what they hold of a range: hidden at once, gone from disk when blocks are compacted. The parameters may be sent as JSON in the body instead. "
        + "`expectedSeries` must be the number of series that match; without it nothing is deleted and the answer says how many there are.")
    {
        Request = [new ApiBody(ApiBody.Json, DeletionSchema, ("one host", """{"metric":"cpu.usage","tags":{"host":"web-17"},"from":"2026-02-01T00:00:00Z","expectedSeries":1}"""))],
        Parameters =
        [
            new("metric", "Only series of this metric.", """{"type":"string"}""") { Example = "cpu.usage" },
            new("match", "A condition on a tag, as in a listing; repeated, all must hold.", QuerySchemas.Strings) { Example = "host=web-17" },
            new("tag.{key}", "The value of a tag, as in a listing.", QuerySchemas.Strings),
            new("from", "First moment deleted, as in a query. Default: the beginning.", """{"type":"string"}"""),
            new("to", "First moment kept again, as in a query. Default: no end.", """{"type":"string"}"""),
            new("expectedSeries", "How many series match.", """{"type":"integer","minimum":0}""") { Example = "1" },
        ],
        Responses =
        [
            ApiResponse.Json(200, "They are deleted.", Deleted, ("one", """{"deletedSeries":1}""")),
            ApiResponse.Problem("A parameter is unknown, missing or wrong; `field` names it.", new(
                400, "expectedSeries", "expectedSeries is missing: 12 series match, and nothing was deleted; repeat the request with expectedSeries 12 if that is what you mean.")),
            Conflict("expectedSeries is 10, but 12 series match; nothing was deleted."),
            Unavailable,
        ],
    };

    public static readonly ApiOperation Retention = new(ApiTags.Storage, "Retention", "How long data is kept: the policies in the order in which they are looked at, and what holds for the rest.")
    {
        Responses = [ApiResponse.Json(200, "The rules.", Rules, ("rules", StorageExamples.Retention))],
    };

    public static readonly ApiOperation PutPolicy = new(
        ApiTags.Storage,
        "Add or replace a retention policy",
        "It holds for data that is there already too: what is too old for it is hidden at once and then deleted. Resolutions that are left out keep the default. Policies set here come before those of the settings. "
        + "`expectedSeries` must be the number of series that match.")
    {
        Parameters = [new("name", "The policy's name.", """{"type":"string"}""") { Example = "debug" }],
        Request = [new ApiBody(ApiBody.Json, PolicySchema, ("debug metrics", Policy))],
        Responses =
        [
            ApiResponse.Json(200, "It is in force.", """{"type":"object"}""", ("policy", PolicyAnswer)),
            ApiResponse.Problem("A field is unknown, missing or wrong; `field` names it.", new(400, "raw", "raw must be a whole number and a unit, 1 h or more.")),
            Conflict("expectedSeries is 10, but 12 series match; nothing was changed."),
            Unavailable,
        ],
    };

    public static readonly ApiOperation RemovePolicy = new(ApiTags.Storage, "Remove a retention policy", "The series that it matched fall to the next policy that matches them, or to the default.")
    {
        Parameters =
        [
            new("name", "The policy's name.", """{"type":"string"}""") { Example = "debug" },
            new("expectedSeries", "How many series it matches.", """{"type":"integer","minimum":0}""") { Example = "12" },
        ],
        Responses =
        [
            new ApiResponse(204, "It is gone."),
            ApiResponse.Problem("A parameter is missing or wrong.", new(400, "expectedSeries", "expectedSeries must be a whole number, 0 or more.")),
            ApiResponse.Problem("There is none of that name.", new(404, "name", "There is no retention policy \"debug\".")),
            Conflict("expectedSeries is 10, but 12 series match; nothing was changed."),
            Unavailable,
        ],
    };

    private static ApiResponse Unavailable => ApiResponse.Problem(
        "Not ready yet, or a part of the cluster cannot be reached.", new(503, null, "Not ready: the write-ahead log is being replayed (12 of 40 MB)."));

    private static ApiResponse Conflict(string detail) => ApiResponse.Problem("The count is another one.", new(409, "expectedSeries", detail));
}
