namespace Metrics.Gateway.OpenApi;

/// <summary>The groups that operations are listed under.</summary>
public static class ApiTags
{
    public const string Ingestion = "Ingestion";
    public const string Queries = "Queries";
    public const string Metadata = "Metadata";
    public const string Storage = "Storage";
    public const string Status = "Status";
    public const string Health = "Health";

    internal static readonly IReadOnlyList<(string Name, string Description)> All =
    [
        (Ingestion, "Ways in for points: JSON, Prometheus remote write."),
        (Queries, "Aggregations over any time range."),
        (Metadata, "Which metrics, tags and series there are."),
        (Storage, "How long data is kept, and deleting it."),
        (Status, "What the server knows about its own work."),
        (Health, "Liveness and readiness, for orchestrators and load balancers."),
    ];
}
