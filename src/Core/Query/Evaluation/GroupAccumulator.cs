using Metrics.Core.Blocks;
using Metrics.Core.Model;
using Metrics.Core.Rollups;
using Metrics.Core.Sketches;

namespace Metrics.Core.Query.Evaluation;

/// <summary>
/// One group's buckets while series are read into them. Infinite values count; NaNs (among them the staleness marker) say
/// that there is no value, and are passed over.
/// </summary>
internal abstract class GroupAccumulator(BucketGrid grid)
{
    protected BucketGrid Grid { get; } = grid;

    public static GroupAccumulator Create(AggregationKind kind, BucketGrid grid) => kind switch
    {
        AggregationKind.Quantile => new QuantileAccumulator(grid),
        AggregationKind.Rate or AggregationKind.Increase => new IncreaseAccumulator(grid),
        _ => new StatsAccumulator(grid),
    };

    /// <summary>A new series begins; its newest sample before the range, if anything asks for it.</summary>
    public virtual void BeginSeries(Sample? before)
    {
    }

    /// <summary>Samples of the series that began last, ascending, within the grid's range.</summary>
    public abstract void Add(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values);

    /// <summary>A distribution of that series.</summary>
    public abstract void Add(long timestampMs, TDigest distribution);

    /// <summary>A whole chunk of samples of that series, all in the bucket of its first one, by its aggregates.</summary>
    /// <remarks>Called only where <see cref="Reading.ReadRules.TakesAggregates"/>.</remarks>
    public virtual void Add(long timestampMs, in ChunkAggregates aggregates) => throw new NotSupportedException();

    /// <summary>A whole chunk of distributions, likewise.</summary>
    public virtual void AddDistributions(long timestampMs, in ChunkAggregates aggregates) => Add(timestampMs, aggregates);

    /// <summary>A rollup row of that series; it belongs to the bucket of its start.</summary>
    /// <param name="row">The figures.</param>
    /// <param name="reader">The chunk, for the row's distribution.</param>
    /// <param name="index">The row's number in the chunk.</param>
    public abstract void Add(in RollupRow row, scoped ref RollupReader reader, int index);

    /// <summary>Takes in the same group's buckets from another worker or silo.</summary>
    public abstract void Merge(GroupAccumulator other);

    /// <summary>Appends the answer for every bucket that is not empty.</summary>
    public abstract void Finish(Aggregation aggregation, List<long> timestampsMs, List<double> values);

    /// <summary>Writes the buckets that are not empty.</summary>
    public abstract void Write(PartialWriter writer);

    /// <summary>Merges what <see cref="Write"/> wrote.</summary>
    public abstract void Read(ref PartialReader reader);
}
