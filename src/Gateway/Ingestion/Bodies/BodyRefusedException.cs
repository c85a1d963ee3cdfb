namespace Metrics.Gateway.Ingestion.Bodies;

/// <summary>A body cannot be taken: its size, its coding, or the memory for it.</summary>
internal sealed class BodyRefusedException(int status, string? field, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The HTTP status to answer with.</summary>
    public int Status { get; } = status;

    /// <summary>The header at fault, or null.</summary>
    public string? Field { get; } = field;

    public static BodyRefusedException TooLarge(int limit) =>
        new(413, "body", $"The body is larger than {limit} bytes (Metrics:Ingest:MaxBodyBytes, which counts after decompression).");

    public static BodyRefusedException NoMemory() =>
        new(503, null, "The requests under way hold all the memory they may (Metrics:Ingest:MaxConcurrentBytes). Try again.");

    public static BodyRefusedException Damaged(string coding, Exception? inner = null) =>
        new(400, "body", $"The body is not valid {coding}.", inner);
}
