namespace Metrics.Core.Wal;

/// <summary>A segment of the log and how many bytes its file has.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Bytes">Bytes of its file.</param>
public readonly record struct SegmentInfo(long Number, long Bytes);
