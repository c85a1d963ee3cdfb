namespace Metrics.Core.Wal;

/// <summary>How far a replay has come; reported about once every 2 MiB.</summary>
/// <param name="BytesRead">Bytes of segment files gone through.</param>
/// <param name="BytesTotal">Bytes of segment files found.</param>
/// <param name="Records">Records delivered.</param>
public readonly record struct WalReplayProgress(long BytesRead, long BytesTotal, long Records);
