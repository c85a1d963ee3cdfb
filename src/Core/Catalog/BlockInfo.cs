using Metrics.Core.Blocks;

namespace Metrics.Core.Catalog;

/// <summary>A block as the catalog of its shard lists it. Never changes; a block that is rewritten is another one.</summary>
/// <param name="Name">The object's name in the store, unique for ever: it has the epoch and the sequence in it.</param>
/// <param name="Resolution">What its rows are.</param>
/// <param name="FromMs">Start of the window that it belongs to; inclusive.</param>
/// <param name="ToMs">End of it; exclusive. 2 h, 24 h or more after the start, aligned to that length.</param>
/// <param name="MinMs">Timestamp of its oldest sample (rollups: start of its oldest row).</param>
/// <param name="MaxMs">Timestamp of its newest sample (rollups: last millisecond of its newest row).</param>
/// <param name="Series">Series.</param>
/// <param name="Samples">Samples and distributions, or rows.</param>
/// <param name="Bytes">Bytes of the object.</param>
/// <param name="Sequence">
/// Order in which blocks of a shard came about: where two hold the same series and timestamp (or row), the higher one is right.
/// </param>
/// <param name="RolledUp">For raw blocks: whether the rollups of its window have its samples.</param>
/// <param name="CreatedAtMs">By this process' clock.</param>
public sealed record BlockInfo(
    string Name,
    Resolution Resolution,
    long FromMs,
    long ToMs,
    long MinMs,
    long MaxMs,
    int Series,
    long Samples,
    long Bytes,
    long Sequence,
    bool RolledUp,
    long CreatedAtMs);
