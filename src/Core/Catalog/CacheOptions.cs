namespace Metrics.Core.Catalog;

/// <summary>What local disk and memory keep of blocks: <c>Metrics:Cache</c>.</summary>
public sealed class CacheOptions
{
    public const string Section = "Metrics:Cache";

    internal const long LeastIndexBytes = 1024 * 1024;

    /// <summary>Directory of the disk cache; made when missing. Empty: <c>cache</c> in the data set's directory. Default: empty.</summary>
    public string Path { get; set; } = "";

    /// <summary>
    /// Bytes of blocks on local disk; least recently used ones go first. 0: none are kept. Not used with objects in a local folder, which are
    /// read where they are. Default: 20 GiB. Range: 0 to 1 PiB.
    /// </summary>
    public long MaxBytes { get; set; } = 20L * 1024 * 1024 * 1024;

    /// <summary>Memory for the footers and series indexes of blocks, in bytes; least recently used ones go first. Default: 256 MiB. Range: 1 MiB to 1 PiB.</summary>
    public long MaxIndexBytes { get; set; } = 256 * 1024 * 1024;
}
