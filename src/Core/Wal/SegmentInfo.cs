namespace Metrics.Core.Wal;

/// <summary>A segment of the log and how many bytes its file has.</summary>
internal readonly record struct SegmentInfo(long Number, long Bytes);
