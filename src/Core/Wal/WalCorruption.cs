namespace Metrics.Core.Wal;

/// <summary>Bytes that a replay could not use.</summary>
/// <param name="Segment">The file's name.</param>
/// <param name="Offset">Where in the file they start.</param>
/// <param name="Bytes">How many were skipped; 0 when a whole segment is missing.</param>
/// <param name="Reason">A sentence for the operator.</param>
public sealed record WalCorruption(string Segment, long Offset, long Bytes, string Reason);
