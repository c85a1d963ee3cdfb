using Metrics.Core.Catalog;
using Metrics.Core.Model;

namespace Metrics.Core.Maintenance.Merging;

/// <summary>Blocks that a job looks single series up in.</summary>
internal sealed class OpenBlocks : IDisposable
{
    private readonly List<OpenBlock> _blocks = [];

    private OpenBlocks()
    {
    }

    public static async ValueTask<OpenBlocks> OpenAsync(
        MaintenanceContext context, ShardWork work, IEnumerable<BlockInfo> blocks, CancellationToken cancellation)
    {
        var open = new OpenBlocks();
        try
        {
            foreach (var block in blocks)
            {
                open._blocks.Add(await OpenBlock.OpenAsync(context.Shards, work.Shard.Number, block, cancellation));
            }

            return open;
        }
        catch
        {
            open.Dispose();
            throw;
        }
    }

    /// <summary>The raw blocks of a range if anything is deleted there, for making rows of what is left; else none.</summary>
    public static ValueTask<OpenBlocks> OpenSamplesAsync(
        MaintenanceContext context, ShardWork work, ShardCatalog catalog, long fromMs, long toMs, Cuts cuts, CancellationToken cancellation) =>
        OpenAsync(
            context,
            work,
            cuts.Any ? catalog.Blocks.Where(b => b.Resolution == Blocks.Resolution.Raw && b.FromMs < toMs && b.ToMs > fromMs) : [],
            cancellation);

    /// <summary>Adds the chunks of a series that touch a range.</summary>
    public async ValueTask LoadAsync(SeriesId id, long fromMs, long toMs, SeriesChunks into, CancellationToken cancellation)
    {
        foreach (var block in _blocks)
        {
            await block.LoadAsync(id, fromMs, toMs, into, cancellation);
        }
    }

    /// <summary>The same in place of what is there.</summary>
    public ValueTask ReplaceAsync(SeriesId id, long fromMs, long toMs, SeriesChunks into, CancellationToken cancellation)
    {
        into.Clear();
        return LoadAsync(id, fromMs, toMs, into, cancellation);
    }

    public void Dispose() => _blocks.ForEach(static b => b.Dispose());
}
