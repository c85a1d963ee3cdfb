using System.Buffers;
using System.Runtime.InteropServices;
using Metrics.Core.Index;
using Metrics.Core.Series;
using Metrics.Core.Sketches;
using Metrics.Core.Storage;
using Microsoft.Extensions.Options;

namespace Metrics.Core.Query.Evaluation;

/// <summary>Evaluates a plan over the series of one process, into partial aggregates.</summary>
public sealed class QueryEvaluator(IOptions<QueryOptions> options, SymbolTable symbols, TimeProvider time)
{
    /// <summary>Fewer series than this are not worth a second worker.</summary>
    private const int SeriesPerWorker = 256;

    /// <exception cref="QueryLimitException">A limit of <see cref="QueryOptions"/> was hit.</exception>
    /// <exception cref="ArgumentException">The plan's selector cannot be used.</exception>
    public async Task<GroupSet> EvaluateAsync(QueryPlan plan, IReadOnlyList<Shard> shards, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var budget = new QueryBudget(options.Value, time, cancellation);
        var selected = Select(plan, shards, budget, cancellation);
        budget.TakeSeries(selected.Series.Count);
        var buckets = new BucketGrid(plan).BucketsAsked;
        budget.TakePoints(selected.Groups.Count, buckets);

        // Every worker has buckets of its own.
        var affordable = Math.Min(Environment.ProcessorCount, budget.CopiesOf(selected.Groups.Count, buckets));
        var workers = Math.Clamp(selected.Series.Count / SeriesPerWorker, 1, affordable);
        if (workers == 1)
        {
            return Read(plan, selected, 0, selected.Series.Count, budget);
        }

        var parts = new Task<GroupSet>[workers];
        for (var i = 0; i < workers; i++)
        {
            var from = (int)((long)selected.Series.Count * i / workers);
            var to = (int)((long)selected.Series.Count * (i + 1) / workers);
            parts[i] = Task.Run(() => Read(plan, selected, from, to, budget), cancellation);
        }

        var sets = await Task.WhenAll(parts);
        for (var i = 1; i < sets.Length; i++)
        {
            sets[0].Merge(sets[i]);
        }

        return sets[0];
    }

    /// <summary>About how many samples a plan reads here, from a few of its series.</summary>
    public long EstimateSamples(QueryPlan plan, IReadOnlyList<Shard> shards)
    {
        ArgumentNullException.ThrowIfNull(plan);
        const int Probes = 32;
        var series = Select(plan, shards, budget: null, CancellationToken.None).Series;
        if (series.Count == 0)
        {
            return 0;
        }

        double estimate = 0;
        var step = Math.Max(1, series.Count / Probes);
        var probed = 0;
        for (var i = 0; i < series.Count; i += step, probed++)
        {
            var held = series[i].GetStatistics();
            if (held.Samples == 0)
            {
                continue;
            }

            var overlap = Math.Min(plan.ToMs, held.NewestMs + 1) - Math.Max(plan.FromMs, held.OldestMs);
            estimate += Math.Max(0, overlap) / (double)(held.NewestMs + 1 - held.OldestMs) * held.Samples;
        }

        return (long)(estimate / probed * series.Count);
    }

    private Selection Select(QueryPlan plan, IReadOnlyList<Shard> shards, QueryBudget? budget, CancellationToken cancellation)
    {
        if (!CompiledSelector.TryCompile(plan.Selector, out var selector, out var problem))
        {
            throw new ArgumentException($"{problem.Field} {problem.Reason}", nameof(plan));
        }

        var grouping = new Grouping(plan.GroupBy, symbols);
        var selection = new Selection([], [], grouping.Groups);
        var ordinals = new List<int>();
        var groups = Array.Empty<int>();
        foreach (var shard in shards)
        {
            ordinals.Clear();
            shard.Index.Select(selector, ordinals, cancellation);
            budget?.TakeSamples(0);
            if (groups.Length < ordinals.Count)
            {
                groups = new int[ordinals.Count];
            }

            grouping.GroupsOf(shard.Index, CollectionsMarshal.AsSpan(ordinals), groups.AsSpan(0, ordinals.Count));
            for (var i = 0; i < ordinals.Count; i++)
            {
                // Null: the index has it, the shard is about to.
                if (shard.At(ordinals[i]) is { } series)
                {
                    selection.Series.Add(series);
                    selection.GroupOf.Add(groups[i]);
                }
            }
        }

        return selection;
    }

    private static GroupSet Read(QueryPlan plan, Selection selected, int from, int to, QueryBudget budget)
    {
        var groups = new GroupSet(plan);
        var timestamps = ArrayPool<long>.Shared.Rent(SeriesBuffer.ReadCapacity);
        var values = ArrayPool<double>.Shared.Rent(SeriesBuffer.ReadCapacity);
        var distributions = new List<(long TimestampMs, byte[] Serialized)>();
        var needsBefore = plan.Aggregation.Kind is AggregationKind.Rate or AggregationKind.Increase;
        try
        {
            for (var i = from; i < to; i++)
            {
                var series = selected.Series[i];
                var accumulator = groups[selected.Groups[selected.GroupOf[i]]];
                accumulator.BeginSeries(needsBefore && series.TryGetBefore(plan.FromMs, out var before) ? before : null);
                var next = plan.FromMs;
                int read;
                while ((read = series.Read(ref next, plan.ToMs, timestamps, values)) != 0)
                {
                    budget.TakeSamples(read);
                    accumulator.Add(timestamps.AsSpan(0, read), values.AsSpan(0, read));
                }

                distributions.Clear();
                series.ReadDistributions(plan.FromMs, plan.ToMs, distributions);
                budget.TakeSamples(distributions.Count);
                foreach (var (timestampMs, serialized) in distributions)
                {
                    if (TDigest.TryRead(serialized, out var digest))
                    {
                        accumulator.Add(timestampMs, digest!);
                    }
                }
            }
        }
        finally
        {
            ArrayPool<long>.Shared.Return(timestamps);
            ArrayPool<double>.Shared.Return(values);
        }

        return groups;
    }

    private sealed record Selection(List<LiveSeries> Series, List<int> GroupOf, List<string[]> Groups);
}
