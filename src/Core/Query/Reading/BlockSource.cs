using Metrics.Core.Catalog;
using Metrics.Core.Query.Planning;
using Microsoft.Extensions.Options;

namespace Metrics.Core.Query.Reading;

/// <summary>Where queries get blocks from. One a process.</summary>
/// <param name="views">What there is.</param>
/// <param name="files">Its bytes.</param>
/// <param name="options">How much memory indexes of blocks may take.</param>
/// <param name="filter">What is kept for how long; null for everything for ever.</param>
/// <param name="damage">Told of blocks that turn out damaged.</param>
public sealed class BlockSource(
    IShardViews views, IBlockFiles files, IOptions<QueryOptions> options, IReadFilter? filter = null, IDamageSink? damage = null)
{
    internal IShardViews Views { get; } = views;

    internal IBlockFiles Files { get; } = files;

    internal IReadFilter Filter { get; } = filter ?? NoReadFilter.Instance;

    internal BlockIndexCache Indexes { get; } = new(options.Value.MaxBlockIndexBytes);

    internal void Report(int shard, BlockInfo block, string reason) => damage?.Found(shard, block, reason);
}

/// <summary>Is told of blocks whose bytes are not what was written. Returns at once; thread-safe; may be told again.</summary>
public interface IDamageSink
{
    void Found(int shard, BlockInfo block, string reason);
}
