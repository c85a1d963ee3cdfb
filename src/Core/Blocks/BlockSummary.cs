namespace Metrics.Core.Blocks;

/// <summary>What was written.</summary>
public readonly record struct BlockSummary(long MinMs, long MaxMs, int Series, long Samples, long Bytes);
