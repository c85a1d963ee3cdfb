using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Maintenance.Merging;
using Metrics.Core.Model;

namespace Metrics.Core.Maintenance;

/// <summary>Makes one block of several of a shard and resolution, without what retention and deletions took away.</summary>
internal sealed class Compactor(MaintenanceContext context)
{
    public static readonly IReadOnlySet<string> NoTombstones = new HashSet<string>();

    private readonly RawMerger _raw = new();
    private readonly SeriesChunks _chunks = new();

    /// <summary>Chunks copied without looking into them, and samples encoded again, since the start.</summary>
    public (long Copied, long Recoded) Totals => (_raw.Copied, _raw.Recoded);

    /// <summary>Does one piece of what there is to do.</summary>
    /// <returns>Whether there was anything.</returns>
    public async Task<bool> RunAsync(ShardWork work, CancellationToken cancellation)
    {
        if (CompactionPlan.Next(work, context.NowMs) is not { } stretch)
        {
            return false;
        }

        await RewriteAsync(work, stretch, "compacted", NoTombstones, cancellation);
        return true;
    }

    /// <summary>Replaces every block of a resolution in a stretch by one.</summary>
    /// <param name="work">The shard.</param>
    /// <param name="stretch">All blocks that touch it lie within it.</param>
    /// <param name="reason">For the log.</param>
    /// <param name="tombstones">Ids of the deletions whose rows are dealt with: samples must not be cut before rows have been made of what is left.</param>
    /// <param name="cancellation">Ends it; nothing has changed then.</param>
    public async Task RewriteAsync(ShardWork work, Stretch stretch, string reason, IReadOnlySet<string> tombstones, CancellationToken cancellation)
    {
        var (catalog, sequences) = await work.SnapshotAsync(1, cancellation);
        var sources = catalog.Blocks.Where(b => b.Resolution == stretch.Resolution && b.FromMs < stretch.ToMs && b.ToMs > stretch.FromMs).ToList();
        if (stretch.IsTouchedBy(catalog.Tombstones.Where(t => !tombstones.Contains(t.Id))) || sources.Exists(b => b.FromMs < stretch.FromMs || b.ToMs > stretch.ToMs || (b.Resolution == Resolution.Raw && !b.RolledUp)))
        {
            // Something was sealed or deleted meanwhile: the next plan has it.
            return;
        }

        using var output = new BlockOutput(context.Files, work.Store, stretch.Resolution, stretch.FromMs, stretch.ToMs, sequences[0]);
        var cuts = new Cuts(catalog.Tombstones, stretch.FromMs, stretch.ToMs);
        using var series = await SeriesMerge.OpenAsync(context.Shards, work.Shard.Number, sources, long.MinValue, long.MaxValue, cancellation);
        var rows = stretch.Resolution == Resolution.Raw ? null : await RowMerger.OpenAsync(context, work, catalog, stretch, cuts, cancellation);
        using (rows)
        {
            while (await series.MoveNextAsync(cancellation))
            {
                var key = series.Key;
                _chunks.Clear();
                await series.LoadAsync(_chunks, cancellation);
                if (IsExpired(key, stretch.Resolution))
                {
                    continue;
                }

                output.BeginSeries(key);
                if (rows is null)
                {
                    WriteSamples(cuts.Of(key), output);
                }
                else
                {
                    await rows.RunAsync(key, _chunks, cuts.Of(key), (in ChunkMeta meta, ReadOnlySpan<byte> bytes) => output.Add(meta, bytes), cancellation);
                }
            }
        }

        var made = output.Finish(rolledUp: true, context.NowMs);
        var change = CatalogChange.Of(reason) with { Add = made is null ? [] : [made], Remove = [.. sources.Select(static b => b.Name)] };
        await MaintenanceContext.ApplyAsync(work, change, [output], cancellation);
        work.Progress += sources.Sum(static b => b.Samples);
    }

    private void WriteSamples(IReadOnlyList<Cut> cuts, BlockOutput output)
    {
        // Distributions come after the samples: a block has a series' chunks by time.
        var made = new SeriesChunks();
        _raw.Run(_chunks, cuts, (in ChunkMeta meta, ReadOnlySpan<byte> bytes) => made.Add(meta, null!, bytes));
        foreach (var index in Enumerable.Range(0, made.Count).OrderBy(i => made.Meta(i).MinMs))
        {
            output.Add(made.Meta(index), made.Bytes(index));
        }
    }

    /// <summary>Whether nothing that the series has here is within its policy.</summary>
    private bool IsExpired(SeriesKey key, Resolution resolution)
    {
        var floorMs = context.Retention.FloorMs(resolution, key);
        for (var i = 0; i < _chunks.Count; i++)
        {
            if (_chunks.Meta(i).MaxMs >= floorMs)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A part of a shard's history at one resolution.</summary>
internal readonly record struct Stretch(Resolution Resolution, long FromMs, long ToMs)
{
    public bool IsTouchedBy(IEnumerable<Tombstone> tombstones)
    {
        var (fromMs, toMs) = (FromMs, ToMs);
        return tombstones.Any(t => t.FromMs < toMs && t.ToMs > fromMs);
    }
}
