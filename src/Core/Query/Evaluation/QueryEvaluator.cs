using Metrics.Core.Blocks;
using Metrics.Core.Index;
using Metrics.Core.Query.Reading;
using Metrics.Core.Storage;
using Microsoft.Extensions.Options;

namespace Metrics.Core.Query.Evaluation;

/// <summary>Evaluates a plan over the series of one process, into partial aggregates.</summary>
/// <param name="options">What a query may cost.</param>
/// <param name="symbols">Of the shards' indexes.</param>
/// <param name="time">Now.</param>
/// <param name="blocks">What is not in memory; null when nothing is.</param>
public sealed class QueryEvaluator(IOptions<QueryOptions> options, SymbolTable symbols, TimeProvider time, BlockSource? blocks = null)
{
    /// <summary>Fewer series than this are not worth a second worker.</summary>
    private const int SeriesPerWorker = 256;

    /// <summary>
    /// A query over at most so many hours of series runs on its caller's thread: some 200,000 samples at worst. A change of threads costs a
    /// small query more than its work.
    /// </summary>
    private const double InlineSeriesHours = 64;

    /// <summary>The same for looking series up: in larger indexes, or with expressions, that may take milliseconds.</summary>
    private const int InlineIndexSeries = 100_000;

    /// <summary>Workers that wait for the object store side by side.</summary>
    private const int RemoteWorkers = 4;

    /// <exception cref="QueryLimitException">A limit of <see cref="QueryOptions"/> was hit.</exception>
    /// <exception cref="ArgumentException">The plan's selector cannot be used.</exception>
    /// <remarks>Small queries are answered on the caller's thread before this returns, others on the thread pool.</remarks>
    public Task<GroupSet> EvaluateAsync(QueryPlan plan, IReadOnlyList<Shard> shards, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(shards);
        return IsQuicklySelected(plan, shards)
            ? EvaluateHereAsync(plan, shards, cancellation)
            : Task.Run(() => EvaluateHereAsync(plan, shards, cancellation), cancellation);
    }

    private async Task<GroupSet> EvaluateHereAsync(QueryPlan plan, IReadOnlyList<Shard> shards, CancellationToken cancellation)
    {
        var budget = new QueryBudget(options.Value, time, cancellation);
        var buckets = new BucketGrid(plan).BucketsAsked;
        budget.TakePoints(1, buckets);
        using var scan = new QueryScan(plan, blocks, symbols, NowMs);
        await scan.SelectAsync(shards, plan.Aggregation.Kind is AggregationKind.Rate or AggregationKind.Increase, budget, cancellation);
        budget.TakeSeries(scan.SeriesCount);
        budget.TakePoints(scan.Groups.Count, buckets);

        // Every worker has buckets of its own.
        var affordable = budget.CopiesOf(scan.Groups.Count, buckets);
        var work = new ShardWork(scan, plan, budget, cancellation);
        var workers = Math.Clamp(WorkersFor(scan), 1, Math.Min(affordable, work.Count));
        var set = workers > 1 ? await RunAsync(work, workers, cancellation)
            : scan.SeriesCount * ((double)plan.ToMs - plan.FromMs) <= InlineSeriesHours * 3_600_000 ? await work.RunAsync()
            : await Task.Run(work.RunAsync, cancellation);
        foreach (var shard in scan.Shards)
        {
            shard.ReportKnownProblems(plan, set.Report);
            foreach (var use in shard.Uses)
            {
                use.ReportTo(set.Report);
            }
        }

        return set;
    }

    /// <summary>About how many samples a plan reads here, from the catalogs and a few of the series in memory.</summary>
    public long EstimateSamples(QueryPlan plan, IReadOnlyList<Shard> shards)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new SampleEstimate(plan, blocks, NowMs).Of(shards);
    }

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static bool IsQuicklySelected(QueryPlan plan, IReadOnlyList<Shard> shards)
    {
        if (plan.Selector.Metric is null || plan.Selector.Matchers.Any(static m => m.Kind is MatchKind.Regex or MatchKind.NotRegex))
        {
            return false;
        }

        var series = 0L;
        foreach (var shard in shards)
        {
            series += shard.Count;
        }

        return series <= InlineIndexSeries;
    }

    private static int WorkersFor(QueryScan scan)
    {
        var bySeries = Math.Min(Environment.ProcessorCount, scan.SeriesCount / SeriesPerWorker);
        var isRemote = scan.Shards.Exists(static s => s.Uses.Count != 0 && s.Uses.First() is { Failure: null } use && use.File.Tier == BlockTier.Cold);
        return isRemote ? Math.Max(RemoteWorkers, bySeries) : bySeries;
    }

    private static async Task<GroupSet> RunAsync(ShardWork work, int workers, CancellationToken cancellation)
    {
        var parts = new Task<GroupSet>[workers];
        for (var i = 0; i < workers; i++)
        {
            parts[i] = Task.Run(work.RunAsync, cancellation);
        }

        var sets = await Task.WhenAll(parts);
        for (var i = 1; i < sets.Length; i++)
        {
            sets[0].Merge(sets[i]);
        }

        return sets[0];
    }
}
