using Metrics.Core.Model;

namespace Metrics.Gateway.Ingestion;

/// <summary>Limits of the HTTP ingestion endpoints: section <c>Metrics:Ingest</c>.</summary>
public sealed class IngestOptions
{
    public const string Section = "Metrics:Ingest";

    /// <summary>
    /// Bytes of one request's body, both as it is sent and after decompression; more is answered 413.
    /// Default: 33,554,432 (32 MiB). Range: 1,024 to 1,073,741,824.
    /// </summary>
    public int MaxBodyBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>
    /// Points of one JSON body; more is answered 413 and nothing is written. Default: 100,000. Range: 1 to 10,000,000.
    /// </summary>
    public int MaxPoints { get; set; } = 100_000;

    /// <summary>
    /// Samples of one remote write request; more is refused whole. Each takes 24 bytes until it is written. Default: 1,000,000.
    /// Range: 1 to 100,000,000.
    /// </summary>
    public int MaxSamples { get; set; } = 1_000_000;

    /// <summary>
    /// Bytes of memory that the bodies of all requests under way may hold together; a request that would go over it is answered
    /// 503 and tries again. Default: 536,870,912 (512 MiB). Range: four times <see cref="MaxBodyBytes"/>, so that one
    /// compressed body always fits, to 1,099,511,627,776.
    /// </summary>
    public long MaxConcurrentBytes { get; set; } = 512L * 1024 * 1024;

    /// <summary>How large a series' name and tags may be, at every edge: section <c>Metrics:Ingest:Limits</c>.</summary>
    public ModelLimits Limits { get; set; } = new();
}
