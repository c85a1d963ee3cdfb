namespace Metrics.Core.Maintenance;

/// <summary>
/// Which shards are sealed now. Every shard when a window has closed. Between that, windows closed long ago: when they hold much and nothing
/// is written to them any more, when late samples have waited long enough, and all of them when together they take much memory.
/// </summary>
internal sealed class SealPlan(MaintenanceContext context)
{
    /// <param name="works">The shards to look at.</param>
    /// <param name="borderMs">Windows that end at or before it are over.</param>
    /// <returns>Shards, and the windows of them; null for all, after a cut of the log.</returns>
    public List<(ShardWork Work, IReadOnlySet<long>? Windows)> Look(IReadOnlyList<ShardWork> works, long borderMs)
    {
        var due = new List<(ShardWork, IReadOnlySet<long>?)>();
        var late = new List<(ShardWork Work, Dictionary<long, long> Counts)>();
        foreach (var work in works)
        {
            if (work.SealedUpToMs < borderMs)
            {
                (work.LateSince, work.Unsealed) = (null, []);
                due.Add((work, null));
            }
            else
            {
                late.Add((work, Sealer.Count(work.Shard.All(), borderMs)));
            }
        }

        var pressed = BytesOf(late.Sum(static l => l.Counts.Values.Sum())) > context.Options.MaxUnsealedBytes / 2;
        foreach (var (work, counts) in late)
        {
            if (IsLateDue(work, counts.Count != 0) || (pressed && counts.Count != 0))
            {
                (work.LateSince, work.Unsealed) = (null, []);
                due.Add((work, null));
                continue;
            }

            var quiet = counts.Where(c => c.Value >= context.Options.SealSamples && work.Unsealed.GetValueOrDefault(c.Key) == c.Value)
                .Select(static c => c.Key).ToHashSet();
            work.Unsealed = counts;
            if (quiet.Count != 0)
            {
                due.Add((work, quiet));
            }
        }

        return due;
    }

    private bool IsLateDue(ShardWork work, bool any)
    {
        work.LateSince = any ? work.LateSince ?? context.Time.GetUtcNow() : null;
        return work.LateSince is { } since && context.Time.GetUtcNow() - since >= context.Options.LateDelay;
    }

    /// <summary>About what so many samples take, as all samples in memory do.</summary>
    private double BytesOf(long samples)
    {
        var all = context.Engine.SamplesInMemory;
        return all <= 0 ? 0 : samples * Math.Clamp((double)context.Engine.Pool.UsedBytes / all, 0.2, 24);
    }
}
