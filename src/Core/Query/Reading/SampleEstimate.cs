using Metrics.Core.Blocks;
using Metrics.Core.Index;
using Metrics.Core.Query.Planning;
using Metrics.Core.Series;
using Metrics.Core.Storage;

namespace Metrics.Core.Query.Reading;

/// <summary>About how many values a plan reads: of blocks by what catalogs say, of memory by some of its series. Reads no bytes of blocks.</summary>
internal sealed class SampleEstimate(QueryPlan plan, BlockSource? source, long nowMs)
{
    private const int Probes = 32;

    /// <summary>Values that a rollup row stands for in a percentile, at most about: it is a digest then, or so many points.</summary>
    private const int ValuesPerRow = 32;

    /// <exception cref="ArgumentException">The plan's selector cannot be used.</exception>
    public long Of(IReadOnlyList<Shard> shards)
    {
        if (!CompiledSelector.TryCompile(plan.Selector, out var selector, out var problem))
        {
            throw new ArgumentException($"{problem.Field} {problem.Reason}", nameof(shards));
        }

        using var lease = source?.Views.Lease();
        var classes = new RetentionClasses(source?.Filter ?? NoReadFilter.Instance, plan.Selector);
        var series = new List<(LiveSeries Series, long FromMs)>();
        var ordinals = new List<int>();
        double estimate = 0;
        foreach (var shard in shards)
        {
            using var scan = new ShardScan(shard, lease?[shard.Number], source, classes.Spans, nowMs);
            ordinals.Clear();
            shard.Index.Select(selector, ordinals);
            foreach (var ordinal in ordinals)
            {
                if (shard.At(ordinal) is { } live)
                {
                    series.Add((live, scan.MemoryFromMs(plan, 0)));
                }
            }

            if (scan.NeedsBlocks(plan))
            {
                estimate += OfBlocks(scan, ordinals.Count);
            }
        }

        return (long)(estimate + OfMemory(series));
    }

    private double OfBlocks(ShardScan scan, int matches)
    {
        scan.Prepare(plan);
        double estimate = 0;
        foreach (var (stretch, blocks) in scan.Plans[0])
        {
            foreach (var use in blocks)
            {
                var info = use.Info;

                // As many series match as in memory; all when it has none of them.
                var matched = matches == 0 ? info.Series : matches;
                var overlap = Math.Min(stretch.ToMs, info.MaxMs + 1) - Math.Max(stretch.FromMs, info.MinMs);
                var values = (double)Math.Max(0, overlap) / (info.MaxMs + 1 - info.MinMs) * info.Samples;
                estimate += values * Math.Min(1, matched / (double)Math.Max(1, info.Series))
                    * (stretch.Resolution == Resolution.Raw ? 1 : ValuesPerRow);
            }
        }

        return estimate;
    }

    private double OfMemory(List<(LiveSeries Series, long FromMs)> series)
    {
        if (series.Count == 0)
        {
            return 0;
        }

        double estimate = 0;
        var step = Math.Max(1, series.Count / Probes);
        var probed = 0;
        for (var i = 0; i < series.Count; i += step, probed++)
        {
            var held = series[i].Series.GetStatistics();
            if (held.Samples == 0)
            {
                continue;
            }

            var overlap = Math.Min(plan.ToMs, held.NewestMs + 1) - Math.Max(series[i].FromMs, held.OldestMs);
            estimate += Math.Max(0, overlap) / (double)(held.NewestMs + 1 - held.OldestMs) * held.Samples;
        }

        return estimate / probed * series.Count;
    }
}
