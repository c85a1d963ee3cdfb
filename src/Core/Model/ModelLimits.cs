namespace Metrics.Core.Model;

/// <summary>
/// How large an identity from outside may be. Each edge checks these before anything is kept;
/// the figures are the ones that the API documents.
/// </summary>
public sealed class ModelLimits
{
    /// <summary>UTF-8 bytes of a metric name. Default: 256. Range: 1 to 4,096.</summary>
    public int MaxMetricNameBytes { get; set; } = 256;

    /// <summary>Tags of one series. Default: 64. Range: 0 to 1,024.</summary>
    public int MaxTags { get; set; } = 64;

    /// <summary>UTF-8 bytes of a tag key. Default: 128. Range: 1 to 4,096.</summary>
    public int MaxTagKeyBytes { get; set; } = 128;

    /// <summary>UTF-8 bytes of a tag value. Default: 1,024. Range: 1 to 65,536.</summary>
    public int MaxTagValueBytes { get; set; } = 1024;
}
