namespace Metrics.Gateway.Query;

/// <summary>Example bodies of the OpenAPI document; a test reads every request among them.</summary>
internal static class QueryExamples
{
    public const string Percentile =
        """
        {"metric":"http.request.latency","aggregation":"p99","tags":{"service":"api-gateway"},
         "from":"2026-02-22T12:00:00Z","to":"2026-02-22T18:00:00Z","interval":"1m"}
        """;

    public const string Grouped =
        """
        {"metric":"http.request.latency","aggregation":"avg",
         "tags":{"region":["us-east-1","us-west-2"],"endpoint":{"regex":"/v1/.*"},"method":{"not":"OPTIONS"}},
         "from":"now-1h","interval":"5m","groupBy":["endpoint"],"limit":10}
        """;

    public const string Series = """{"series":[{"timestamp":1771761600,"value":42.3},{"timestamp":1771761660,"value":40.1}]}""";

    public const string Groups =
        """
        {"groups":[{"tags":{"endpoint":"/v1/orders"},"series":[{"timestamp":1771761600,"value":12.5}]},
                   {"tags":{"endpoint":"/v1/users"},"series":[{"timestamp":1771761600,"value":31}]}]}
        """;

    public const string Batch =
        """
        {"queries":[{"metric":"http.request.count","aggregation":"rate","from":"now-1h","interval":"1m"},
                    {"metric":"http.request.latency","aggregation":"p101","from":"now-1h"}]}
        """;

    public const string BatchAnswer =
        """
        {"results":[{"series":[{"timestamp":1771761600,"value":1250}]},
                    {"error":{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.1","title":"Bad Request","status":400,
                              "detail":"aggregation is \"p101\"; it must be one of …","field":"aggregation"}}]}
        """;

    public const string SeriesList =
        """{"series":[{"metric":"http.request.latency","tags":{"method":"GET","region":"us-east-1","service":"api-gateway"}}]}""";
}
