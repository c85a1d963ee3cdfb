namespace Metrics.Core.Catalog;

/// <summary>When samples become blocks, and what may wait for the object store: <c>Metrics:Blocks</c>.</summary>
public sealed class BlocksOptions
{
    public const string Section = "Metrics:Blocks";

    internal const long LeastSpoolBytes = 1024 * 1024;
    internal const long MostBytes = 1024L * 1024 * 1024 * 1024 * 1024;

    /// <summary>How long after its end a two-hour window is sealed: late samples up to then go into its first block. Default: 10 min. Range: 0 to 2 h.</summary>
    public TimeSpan SealDelay { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Memory keeps at least so much. Default: 2 h. Range: 0 to 30 days.</summary>
    public TimeSpan HotRetention { get; set; } = TimeSpan.FromHours(2);

    /// <summary>
    /// Raw blocks whose newest sample is older are not kept whole on local disk, and are the first to leave it. Means nothing with objects in a
    /// local folder. Default: 7 days. Range: 0 to 36,500 days.
    /// </summary>
    public TimeSpan WarmRetention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Bytes of blocks that may wait on local disk for the object store; at the bound sealing pauses, and data stays in memory and in the log.
    /// Default: 20 GiB. Range: 1 MiB to 1 PiB.
    /// </summary>
    public long MaxSpoolBytes { get; set; } = 20L * 1024 * 1024 * 1024;

    /// <summary>Shards that write to the object store at the same time. Default: 4. Range: 1 to 256.</summary>
    public int PublishConcurrency { get; set; } = 4;
}
