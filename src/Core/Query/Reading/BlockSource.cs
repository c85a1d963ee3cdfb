using System.Runtime.CompilerServices;
using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Query.Planning;

namespace Metrics.Core.Query.Reading;

/// <summary>Where queries get blocks from. One a process.</summary>
/// <param name="views">What there is.</param>
/// <param name="files">Its bytes.</param>
/// <param name="readers">Opened blocks; told of damage.</param>
/// <param name="filter">What is kept for how long; null for everything for ever.</param>
public sealed class BlockSource(IShardViews views, IBlockFiles files, BlockReaders readers, IReadFilter? filter = null)
{
    // As long as a reader is kept, so is what was worked out from it.
    private readonly ConditionalWeakTable<BlockReader, OpenedBlock> _opened = [];

    internal IShardViews Views { get; } = views;

    internal IBlockFiles Files { get; } = files;

    internal IReadFilter Filter { get; } = filter ?? NoReadFilter.Instance;

    /// <summary>Reads a block's index unless it is in memory.</summary>
    internal async ValueTask<OpenedBlock> OpenAsync(int shard, BlockInfo block, CancellationToken cancellation) =>
        _opened.GetValue(await readers.OpenAsync(shard, block, cancellation), static reader => new OpenedBlock(reader));

    internal void ReportDamage(int shard, BlockInfo block, string reason) => readers.ReportDamage(shard, block, reason);
}
