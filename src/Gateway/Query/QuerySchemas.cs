namespace Metrics.Gateway.Query;

/// <summary>JSON schemas of the query API's bodies.</summary>
internal static class QuerySchemas
{
    public const string Strings = """{"type":"array","items":{"type":"string"}}""";

    public const string Query =
        """
        {
          "type": "object",
          "required": ["metric", "aggregation"],
          "additionalProperties": false,
          "properties": {
            "metric": {"type": "string", "minLength": 1},
            "aggregation": {
              "type": "string",
              "pattern": "^(avg|sum|min|max|count|last|rate|increase|p[0-9]+([.][0-9]+)?)$",
              "description": "avg, sum, min, max, count, last, rate, increase, or a percentile such as p50, p99 or p99.9"
            },
            "tags": {
              "type": "object",
              "description": "Conditions by tag key; all must hold. A regular expression must match the whole value.",
              "additionalProperties": {
                "anyOf": [
                  {"type": "string", "description": "The value; empty: the tag is absent."},
                  {"type": "array", "items": {"type": "string"}, "minItems": 1, "description": "Any of these values."},
                  {
                    "type": "object",
                    "additionalProperties": false,
                    "minProperties": 1,
                    "properties": {
                      "regex": {"type": "string", "maxLength": 1024},
                      "notRegex": {"type": "string", "maxLength": 1024},
                      "not": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]},
                      "has": {"type": "boolean"}
                    }
                  }
                ]
              }
            },
            "from": {
              "anyOf": [{"type": "string"}, {"type": "number"}],
              "description": "Inclusive. RFC 3339 with an offset, epoch seconds (milliseconds by size), now or now-1h. Default: an hour before to."
            },
            "to": {"anyOf": [{"type": "string"}, {"type": "number"}], "description": "Exclusive. As from. Default: now."},
            "interval": {
              "anyOf": [{"type": "string", "pattern": "^([0-9]+(ms|s|m|h|d|w))+$"}, {"type": "number", "minimum": 0.001}],
              "description": "Length of a bucket: 30s, 5m, 1h30m, or a number of seconds. Default: one value for the whole range."
            },
            "groupBy": {"type": "array", "items": {"type": "string"}, "maxItems": 16, "description": "Tag keys: one result for each set of their values."},
            "limit": {"type": "integer", "minimum": 1, "description": "At most so many groups."},
            "explain": {"type": "boolean", "description": "Whether the answer says what was read for it. Default: false."}
          }
        }
        """;

    public const string Batch =
        """{"type":"object","required":["queries"],"additionalProperties":false,"properties":{"queries":{"type":"array","maxItems":100,"items":"""
        + Query + "}}}";

    public const string Answer =
        """
        {
          "type": "object",
          "properties": {
            "series":
        """
        + Points
        + ""","groups":{"type":"array","description":"Instead of series, when the query has groupBy.","items":{"type":"object","properties":{"tags":{"type":"object","additionalProperties":{"type":"string"}},"series":"""
        + Points
        + """}}},"warnings":{"type":"array","items":{"type":"string"},"description":"What is missing from the answer, and why."},"partial":{"type":"boolean","description":"true: data that the query asks for could not be read; warnings say which."},"explain":{"type":"array","description":"What was read, when asked for: in order of time, by tier and resolution.","items":{"type":"object","properties":{"from":{"type":"number"},"to":{"type":"number"},"tier":{"enum":["hot","warm","cold"]},"resolution":{"enum":["raw","1m","1h","1d"]},"series":{"type":"integer"},"blocks":{"type":"integer"},"chunks":{"type":"integer","description":"Decoded."},"chunksByAggregates":{"type":"integer","description":"Answered by their stored aggregates."},"samples":{"type":"integer","description":"Decoded."},"rows":{"type":"integer","description":"Rollup rows decoded."},"bytes":{"type":"integer"}}}}}}""";

    public const string BatchAnswer =
        """{"type":"object","properties":{"results":{"type":"array","items":{"anyOf":["""
        + Answer
        + """,{"type":"object","properties":{"error":{"type":"object","description":"RFC 9457 problem details."}}}]}}}}""";

    public const string SeriesList =
        """
        {
          "type": "object",
          "properties": {
            "series": {
              "type": "array",
              "items": {
                "type": "object",
                "properties": {"metric": {"type": "string"}, "tags": {"type": "object", "additionalProperties": {"type": "string"}}}
              }
            },
            "truncated": {"type": "boolean"}
          }
        }
        """;

    private const string Points =
        """
        {"type":"array","items":{"type":"object","properties":{
          "timestamp":{"type":"number","description":"Bucket start, epoch seconds."},
          "value":{"type":["number","null"],"description":"null: not a finite number."}}}}
        """;

    public static string NameList(string property) =>
        """{"type":"object","properties":{"truncated":{"type":"boolean"},"""
        + $"\"{property}\":{Strings}}}}}";
}
