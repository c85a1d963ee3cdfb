using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Series;

namespace Metrics.Core.Maintenance;

/// <summary>Writes what memory holds of closed windows into raw blocks, one a window, and lets go of what memory need not have any more.</summary>
internal sealed class Sealer(MaintenanceContext context)
{
    /// <summary>Windows that are made durable by one change: a month of backfill is not a month of flushes.</summary>
    private const int WindowsPerChange = 12;

    private const long DropIntervalMs = 60_000;

    private readonly SealedChunks _chunks = new();

    /// <summary>Seals one shard.</summary>
    /// <param name="work">The shard.</param>
    /// <param name="segment">The log's segment that was begun before; null: only some windows are sealed, and the log stays.</param>
    /// <param name="borderMs">Windows that end at or before it are sealed.</param>
    /// <param name="overMs">Windows that end at or before it are over: the log need not keep them.</param>
    /// <param name="windows">Starts of the windows; null for all.</param>
    /// <param name="cancellation">Ends it between windows.</param>
    public async Task SealAsync(ShardWork work, long? segment, long borderMs, long overMs, IReadOnlySet<long>? windows, CancellationToken cancellation)
    {
        await work.Sealing.WaitAsync(cancellation);
        try
        {
            var series = work.Order.Update();
            var starts = Count(series, borderMs).Keys.Where(w => windows is null || windows.Contains(w)).Order().ToList();
            foreach (var part in starts.Chunk(WindowsPerChange))
            {
                await SealWindowsAsync(work, series, part, cancellation);
            }

            if (segment is { } cut && windows is null)
            {
                await context.Engine.MarkSealedAsync(work.Shard.Number, cut, overMs, cancellation);
                work.SealedUpToMs = Math.Max(work.SealedUpToMs, overMs);
            }
        }
        finally
        {
            work.Sealing.Release();
        }
    }

    /// <summary>Unsealed samples by window, for windows that are over.</summary>
    public static Dictionary<long, long> Count(IEnumerable<LiveSeries> series, long borderMs)
    {
        var counts = new Dictionary<long, long>();
        foreach (var one in series)
        {
            if (one.OldestUnsealedMs < borderMs)
            {
                one.CountUnsealed(borderMs, counts);
            }
        }

        return counts;
    }

    /// <summary>Whether memory has something that it need not have, or series that nothing is written to were not looked for lately.</summary>
    public bool MayDrop(ShardWork work)
    {
        if (HotTargetMs(work) <= context.Shards.ViewOf(work.Shard.Number).HotFromMs && context.NowMs - work.DroppedAtMs < DropIntervalMs)
        {
            return false;
        }

        return work.SealedUpToMs != long.MinValue;
    }

    /// <summary>Moves the border from which on memory is read, and drops what blocks have before it once nobody reads by older views.</summary>
    /// <returns>Samples that left memory.</returns>
    public async Task<long> DropAsync(ShardWork work, CancellationToken cancellation)
    {
        work.DroppedAtMs = context.NowMs;
        var hotMs = HotTargetMs(work);
        var present = context.Shards.ViewOf(work.Shard.Number).HotFromMs;
        if (hotMs > present)
        {
            context.Shards.SetHotFrom(work.Shard.Number, hotMs);
        }

        await context.Shards.WaitForOlderLeasesAsync(cancellation);
        var dropped = context.Engine.DropSealed(work.Shard, Math.Max(hotMs, present));
        await work.Sealing.WaitAsync(cancellation);
        try
        {
            context.Engine.RetireIdle(work.Shard, context.NowMs - (long)context.Options.IdleAfter.TotalMilliseconds);
        }
        finally
        {
            work.Sealing.Release();
        }

        return dropped;
    }

    private long HotTargetMs(ShardWork work) =>
        Math.Min(work.SealedUpToMs, RawFeed.StartOf(context.NowMs - (long)context.BlockOptions.HotRetention.TotalMilliseconds, 3_600_000));

    private async Task SealWindowsAsync(ShardWork work, LiveSeries[] series, long[] starts, CancellationToken cancellation)
    {
        var outputs = new List<BlockOutput>();
        var tickets = new List<SealTicket>();
        try
        {
            var added = new List<NewBlock>();
            foreach (var start in starts)
            {
                cancellation.ThrowIfCancellationRequested();
                var output = new BlockOutput(
                    context.Files, work.Store, Resolution.Raw, start, start + SeriesBuffer.WindowMs, work.Store.NextSequence());
                outputs.Add(output);
                Collect(work, series, start, output, tickets);
                if (output.Finish(rolledUp: false, context.NowMs) is { } block)
                {
                    added.Add(block);
                    work.SealProgress += block.Info.Samples;
                }
            }

            if (added.Count != 0)
            {
                await MaintenanceContext.ApplyAsync(work, CatalogChange.Of("sealed") with { Add = added }, outputs, cancellation);
            }

            tickets.ForEach(static t => t.MarkSealed());
        }
        finally
        {
            outputs.ForEach(static o => o.Dispose());
        }
    }

    private void Collect(ShardWork work, LiveSeries[] series, long start, BlockOutput output, List<SealTicket> tickets)
    {
        foreach (var one in series)
        {
            if (one.OldestUnsealedMs >= start + SeriesBuffer.WindowMs)
            {
                continue;
            }

            _chunks.Clear();
            one.CollectUnsealed(context.Engine.Pool, start, start + SeriesBuffer.WindowMs, _chunks);
            if (_chunks.Chunks.Count == 0)
            {
                continue;
            }

            output.BeginSeries(work.Shard.Index.KeyOf(one.Ordinal));
            foreach (var (meta, bytes) in _chunks.Chunks)
            {
                output.Add(meta, bytes.Span);
            }

            tickets.Add(_chunks.TakeTicket());
        }

        _chunks.Clear();
    }
}
