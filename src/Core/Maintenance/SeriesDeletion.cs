using Metrics.Core.Catalog;
using Metrics.Core.Maintenance.Merging;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.Model;
using Metrics.Core.Query;

namespace Metrics.Core.Maintenance;

/// <summary>Deletes what series hold, in memory and in blocks: readable no more at once, bytes gone when blocks have been rewritten.</summary>
public sealed class SeriesDeletion(MaintenanceContext context, StorageMaintenance maintenance)
{
    /// <summary>How many series of this process' shards match and hold anything in a range.</summary>
    /// <exception cref="InvalidDataException">The selector cannot be run; the message says why.</exception>
    /// <exception cref="IOException">A block cannot be read now.</exception>
    public async Task<long> CountAsync(
        SeriesSelector selector, long fromMs = long.MinValue, long toMs = long.MaxValue, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(selector);
        long count = 0;
        foreach (var work in maintenance.Owned())
        {
            count += (await FindAsync(work, selector, fromMs, toMs, cancellation)).Count;
        }

        return count;
    }

    /// <summary>How many series of this process' shards hold anything, of the metrics that a retention policy's pattern and tags fit.</summary>
    /// <param name="metricPattern">A name in which <c>*</c> stands for any characters.</param>
    /// <param name="tags">All must hold.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="InvalidDataException">They cannot be run; the message says why.</exception>
    /// <exception cref="IOException">A block cannot be read now.</exception>
    public async Task<long> CountPatternAsync(string metricPattern, IReadOnlyList<TagMatcher> tags, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(metricPattern);
        if (!metricPattern.Contains('*', StringComparison.Ordinal))
        {
            return await CountAsync(new SeriesSelector(metricPattern, tags), cancellation: cancellation);
        }

        var policy = new RetentionPolicy("pattern", metricPattern, [], null, null, null, null);
        var rule = RetentionRule.TryCompile(policy, out var compiled, out var problem)
            ? compiled
            : throw new InvalidDataException($"{problem.Field} {problem.Reason}");
        long count = 0;
        foreach (var work in maintenance.Owned())
        {
            count += (await FindAsync(work, new SeriesSelector(null, tags), long.MinValue, long.MaxValue, cancellation, metric => rule.Fits(metric, []))).Count;
        }

        return count;
    }

    /// <summary>Deletes what the series that match hold in a range. What is written afterwards stays.</summary>
    /// <param name="selector">Which series.</param>
    /// <param name="fromMs">Inclusive.</param>
    /// <param name="toMs">Exclusive; the largest number for no end.</param>
    /// <param name="cancellation">Ends it between shards: what is deleted until then stays deleted.</param>
    /// <returns>Series that held anything.</returns>
    /// <exception cref="InvalidDataException">The selector cannot be run; the message says why.</exception>
    /// <exception cref="IOException">Disk or store failed; the same call again does the rest.</exception>
    public async Task<long> DeleteAsync(SeriesSelector selector, long fromMs, long toMs, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(selector);
        if (fromMs >= toMs)
        {
            return 0;
        }

        var id = Guid.NewGuid().ToString("n");
        long count = 0;
        foreach (var work in maintenance.Owned())
        {
            // No block may be made of memory meanwhile: it would have a higher number than the tombstone, or miss what is written after.
            await work.Sealing.WaitAsync(cancellation);
            try
            {
                count += (await FindAsync(work, selector, fromMs, toMs, cancellation)).Count;
                if (work.Store.Catalog.Blocks.Any(b => b.MinMs < toMs && b.MaxMs >= fromMs))
                {
                    var tombstone = new Tombstone(id, selector, fromMs, toMs, work.Store.NextSequence(), context.NowMs);
                    await work.Store.ApplyAsync(CatalogChange.Of("deleted") with { AddTombstones = [tombstone] }, cancellation);
                }

                var (_, samples) = await context.Engine.DeleteAsync(work.Shard.Number, selector, fromMs, toMs, cancellation);
                context.Instruments.Add(StorageMaintenance.DeleteJob, 0, samples);

                // Listings are to be rid of them now, and not when idle series leave anyway. One that is written to again is made anew.
                context.Engine.RetireIdle(work.Shard, context.NowMs + 1);
            }
            finally
            {
                work.Sealing.Release();
            }
        }

        return count;
    }

    private async Task<HashSet<SeriesId>> FindAsync(ShardWork work, SeriesSelector selector, long fromMs, long toMs, CancellationToken cancellation, Func<string, bool>? metrics = null)
    {
        var found = new HashSet<SeriesId>();
        var match = new SeriesMatch(selector);
        foreach (var series in work.Shard.All())
        {
            var statistics = series.GetStatistics();
            if (statistics.Samples > 0 && statistics.OldestMs < toMs && statistics.NewestMs >= fromMs
                && work.Shard.Index.KeyOf(series.Ordinal) is var key && match.Matches(key) && metrics?.Invoke(key.Metric) != false)
            {
                found.Add(series.Id);
            }
        }

        using var lease = context.Shards.Lease();
        var catalog = lease[work.Shard.Number].Catalog;
        var rows = new List<int>();
        var chunks = new List<(int Row, Blocks.ChunkMeta Chunk)>();
        foreach (var info in catalog.Blocks.Where(b => b.MinMs < toMs && b.MaxMs >= fromMs))
        {
            using var block = await OpenBlock.OpenAsync(context.Shards, work.Shard.Number, info, cancellation);
            rows.Clear();
            chunks.Clear();
            block.Reader.Select(SeriesMatch.Compile(selector), rows);
            var unknown = rows.Where(r => !found.Contains(block.Reader.IdOf(r)) && metrics?.Invoke(block.Reader.MetricOf(r)) != false).ToList();
            await block.FindChunksAsync(unknown, fromMs, toMs, chunks, cancellation);
            var cuts = new Cuts(catalog.Tombstones, info.MinMs, info.MaxMs + 1);
            foreach (var (row, chunk) in chunks)
            {
                if (!IsHidden(cuts.Of(block.Reader.KeyOf(row)), chunk, info))
                {
                    found.Add(block.Reader.IdOf(row));
                }
            }
        }

        return found;
    }

    private static bool IsHidden(IReadOnlyList<Cut> cuts, in Blocks.ChunkMeta chunk, BlockInfo block)
    {
        foreach (var cut in cuts)
        {
            if (block.Sequence < cut.Sequence && cut.FromMs <= chunk.MinMs && cut.ToMs > chunk.MaxMs)
            {
                return true;
            }
        }

        return false;
    }
}
