namespace Metrics.Core.Wal;

/// <summary>Settings of a write-ahead log: <c>Metrics:Wal</c>.</summary>
public sealed class WalOptions
{
    public const string Section = "Metrics:Wal";

    internal const int MinSegmentBytes = 4 * 1024;
    internal const int MaxSegmentBytes = 1024 * 1024 * 1024;
    internal const int MinRecordBytes = 1024;
    internal const long MaxQueueBytes = 1024 * 1024 * 1024;
    internal const long MaxCheckpointBytes = 1024L * 1024 * 1024 * 1024;

    /// <summary>
    /// When records are forced to disk: <c>batch</c> (before each acknowledgement) or an interval such as <c>100ms</c> or <c>1s</c>
    /// (in the background). See <see cref="CommitPolicy"/> for what each can lose. Default: 100ms. Range: 1ms to 60s.
    /// </summary>
    public string Commit { get; set; } = "100ms";

    /// <summary>
    /// Bytes after which a new segment file is started. One group of records goes into one segment, so a group that is
    /// larger makes a larger file. Default: 128 MiB. Range: 4 KiB to 1 GiB.
    /// </summary>
    public int SegmentBytes { get; set; } = 128 * 1024 * 1024;

    /// <summary>Bytes of payload in one record. Default: 16 MiB. Range: 1 KiB to 64 MiB.</summary>
    public int MaxRecordBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Bytes queued for the next write while one is under way; appends beyond it wait. One record always
    /// fits. Up to twice this much memory is kept. Default: 16 MiB. Range: 4 KiB to 512 MiB.
    /// </summary>
    public int MaxPendingBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Bytes held by appends that wait because the queue is full; appends beyond it fail at once, so that a
    /// stalled disk cannot take all memory. Default: 64 MiB. Range: 0 to 1 GiB.
    /// </summary>
    public long MaxWaitingBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// Bytes of the log after which everything in memory that is in no block yet is written to a checkpoint, so that the log before it can go and a
    /// start has less to replay; 0 for never. Default: 1 GiB. Range: 0 to 1 TiB.
    /// </summary>
    public long CheckpointBytes { get; set; } = 1024 * 1024 * 1024;
}
