using Metrics.Gateway.OpenApi;

namespace Metrics.Gateway.Query;

/// <summary>What the OpenAPI document says of the query API.</summary>
internal static class QueryDescriptions
{
    public static readonly ApiOperation Query = new(
        ApiTags.Queries,
        "Run a query",
        "Aggregates every matching series as one population: one value a bucket, or a list of buckets for each group. "
        + "Timestamps are bucket starts in epoch seconds, aligned to the interval; empty buckets are left out; a value that is not finite is null.")
    {
        Request = [new ApiBody(ApiBody.Json, QuerySchemas.Query, ("percentile", QueryExamples.Percentile), ("grouped", QueryExamples.Grouped))],
        Responses =
        [
            ApiResponse.Json(200, "The result.", QuerySchemas.Answer, ("series", QueryExamples.Series), ("groups", QueryExamples.Groups)),
            .. Problems,
        ],
    };

    public static readonly ApiOperation Batch = new(
        ApiTags.Queries,
        "Run several queries",
        "Runs them side by side and answers in their order. A query that fails has an `error` in its place, and the others are not touched by it.")
    {
        Request = [new ApiBody(ApiBody.Json, QuerySchemas.Batch, ("two", QueryExamples.Batch))],
        Responses = [ApiResponse.Json(200, "The results, in order.", QuerySchemas.BatchAnswer, ("one failed", QueryExamples.BatchAnswer)), .. Problems],
    };

    public static readonly ApiOperation MetricNames = List(
        "List metric names", "Metric names in order.", "metrics", """{"metrics":["http.request.count","http.request.latency"]}""");

    public static readonly ApiOperation TagKeys = List(
        "List tag keys", "Tag keys in order.", "tags", """{"tags":["endpoint","method","region","service"]}""");

    public static readonly ApiOperation TagValues = List(
        "List the values of a tag", "The values of one tag, in order.", "values", """{"values":["eu-west-1","us-east-1"],"truncated":true}""") with
    {
        Parameters = [new ApiParameter("key", "The tag's key, percent-encoded.", """{"type":"string"}""") { Example = "region" }, .. ListParameters(prefix: true)],
    };

    public static readonly ApiOperation Series = new(ApiTags.Metadata, "List series", "The series themselves, by metric and tags.")
    {
        Parameters = ListParameters(prefix: false),
        Responses = [ApiResponse.Json(200, "The list.", QuerySchemas.SeriesList, ("series", QueryExamples.SeriesList)), .. ListProblems],
    };

    private static ApiResponse[] Problems =>
    [
        ApiResponse.Problem("A field is unknown, missing or wrong; `field` names it.", new(
            400, "agregation", "agregation is not a field of a query (did you mean aggregation?); it has metric, aggregation, tags, from, to, interval, groupBy, limit, explain.")),
        ApiResponse.Problem("The body is too large.", new(413, null, "The body is larger than 1048576 bytes.") { Limit = "Metrics:Query:MaxBodyBytes" }),
        ApiResponse.Problem("The body is not JSON by its Content-Type.", new(415, "Content-Type", "Content-Type is missing; send application/json.")),
        ApiResponse.Problem("The query costs more than is allowed; `limit` names the option.", new(
            422, null, "The query took longer than 30 s.") { Limit = "Metrics:Query:Timeout" }),
        Unavailable,
    ];

    private static ApiResponse[] ListProblems =>
    [
        ApiResponse.Problem("A parameter is unknown or wrong; `field` names it.", new(
            400, "limt", "limt is not a parameter of this listing (did you mean limit?); it takes metric, match, limit, prefix and tag.<key>.")),
        Unavailable,
    ];

    private static ApiResponse Unavailable => ApiResponse.Problem(
        "Not ready yet, overloaded, or a part of the cluster cannot be reached; Retry-After says when to try again.",
        new(503, null, "Not ready: the write-ahead log is being replayed (12 of 40 MB)."));

    private static ApiOperation List(string summary, string description, string property, string example) => new(ApiTags.Metadata, summary, description)
    {
        Parameters = ListParameters(prefix: true),
        Responses = [ApiResponse.Json(200, "The list.", QuerySchemas.NameList(property), (property, example)), .. ListProblems],
    };

    private static ApiParameter[] ListParameters(bool prefix) =>
    [
        new("metric", "Only series of this metric.", """{"type":"string"}""") { Example = "http.request.latency" },
        new("match", "A condition on a tag: `key=value`, `key!=value`, `key=~regex` or `key!~regex`; repeated, all must hold.", QuerySchemas.Strings)
        {
            Example = "region=~us-.*",
        },
        new("tag.{key}", "The value of a tag; the parameter's name is `tag.` and the tag's key. Repeated, any of the values.", QuerySchemas.Strings),
        new("limit", "At most so many; default 1,000, at most 100,000. `truncated` is true when there are more.", """{"type":"integer","minimum":1}"""),
        .. prefix ? [new ApiParameter("prefix", "Only what starts with it.", """{"type":"string"}""")] : Array.Empty<ApiParameter>(),
    ];
}
