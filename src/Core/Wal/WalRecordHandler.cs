namespace Metrics.Core.Wal;

/// <summary>
/// Takes one replayed record. The payload is valid during the call only. An exception counts that record as corrupt, with
/// the exception's message as the reason, and the replay goes on with the next.
/// </summary>
public delegate void WalRecordHandler(byte type, ReadOnlySpan<byte> payload, WalPosition position);
