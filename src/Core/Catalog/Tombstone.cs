using Metrics.Core.Query;

namespace Metrics.Core.Catalog;

/// <summary>A deletion that is in force at once and whose bytes go when blocks are compacted.</summary>
/// <param name="Id">Made by the delete request.</param>
/// <param name="Selector">Which series.</param>
/// <param name="FromMs">First millisecond deleted, inclusive.</param>
/// <param name="ToMs">Exclusive; <see cref="long.MaxValue"/> for no end.</param>
/// <param name="Sequence">It holds for blocks with a lower <see cref="BlockInfo.Sequence"/>; what was written later is not deleted.</param>
/// <param name="CreatedAtMs">By this process' clock.</param>
public sealed record Tombstone(string Id, SeriesSelector Selector, long FromMs, long ToMs, long Sequence, long CreatedAtMs);
