namespace Metrics.Gateway.Query;

/// <summary>What one request to the query API may ask for. Section <c>Metrics:Query</c>.</summary>
public sealed class QueryApiOptions
{
    public const string Section = "Metrics:Query";

    /// <summary>How long an answer is waited for. Default: 30 s. Range: 100 ms to 10 min.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How far back a query without <c>from</c> reaches from its <c>to</c>. Default: 1 h. Range: 1 s to 366 days.</summary>
    public TimeSpan DefaultRange { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Buckets of one series: the range divided by the interval. Default: 50,000 (a month by the minute). Range: 1 to 10,000,000.</summary>
    public int MaxBuckets { get; set; } = 50_000;

    /// <summary>Groups of one query; the rest is left out with a warning. Default: 10,000. Range: 1 to 1,000,000.</summary>
    public int MaxGroups { get; set; } = 10_000;

    /// <summary>Queries of one batch. Default: 100. Range: 1 to 10,000.</summary>
    public int MaxBatch { get; set; } = 100;

    /// <summary>Queries of one batch that run at the same time. Default: 8. Range: 1 to 256.</summary>
    public int BatchConcurrency { get; set; } = 8;

    /// <summary>Questions that this process has open with the cluster at the same time. Default: 64. Range: 1 to 10,000.</summary>
    public int MaxConcurrent { get; set; } = 64;

    /// <summary>Questions that wait for one of those places; more are answered 503. Default: 1,024. Range: 0 to 100,000.</summary>
    public int MaxQueued { get; set; } = 1024;

    /// <summary>Bytes of a request's body. Default: 1 MiB. Range: 1 KiB to 64 MiB.</summary>
    public int MaxBodyBytes { get; set; } = 1 << 20;

    /// <summary>UTF-16 units of one regular expression. Default: 1,024, which is also the most. Range: 1 to 1,024.</summary>
    public int MaxPatternLength { get; set; } = 1024;

    /// <summary>Names, tags, values or series of a listing that gives no <c>limit</c>. Default: 1,000. Range: 1 to <see cref="MaxListLimit"/>.</summary>
    public int DefaultListLimit { get; set; } = 1000;

    /// <summary>The largest <c>limit</c> of a listing. Default: 100,000. Range: 1 to 10,000,000.</summary>
    public int MaxListLimit { get; set; } = 100_000;
}
