using Metrics.Core.Blocks;

namespace Metrics.Core.Query;

/// <summary>What a query read, over all silos: by part of its range, tier and resolution, in order of time.</summary>
/// <param name="Parts">At least one when anything matched.</param>
public sealed record QueryExplain(IReadOnlyList<ExplainPart> Parts);

/// <summary>What was read of one stretch of the range from one tier at one resolution.</summary>
/// <param name="FromMs">Start of the stretch.</param>
/// <param name="ToMs">End of it, exclusive.</param>
/// <param name="Tier">Where the bytes were.</param>
/// <param name="Resolution">What was read: samples or rollup rows.</param>
/// <param name="Series">Series that had anything there.</param>
/// <param name="Blocks">Blocks read; 0 in memory.</param>
/// <param name="Chunks">Chunks that were decoded.</param>
/// <param name="ChunksByAggregates">Chunks answered by their stored aggregates, without decoding.</param>
/// <param name="Samples">Samples and distributions decoded.</param>
/// <param name="Rows">Rollup rows decoded.</param>
/// <param name="Bytes">Bytes read from the tier.</param>
public sealed record ExplainPart(
    long FromMs,
    long ToMs,
    BlockTier Tier,
    Resolution Resolution,
    int Series,
    int Blocks,
    long Chunks,
    long ChunksByAggregates,
    long Samples,
    long Rows,
    long Bytes);
