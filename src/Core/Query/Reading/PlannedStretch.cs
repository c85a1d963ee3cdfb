using Metrics.Core.Query.Planning;

namespace Metrics.Core.Query.Reading;

/// <summary>A stretch and the blocks of its resolution that hold anything of it, by their oldest sample.</summary>
internal sealed record PlannedStretch(Stretch Stretch, BlockUse[] Blocks);
