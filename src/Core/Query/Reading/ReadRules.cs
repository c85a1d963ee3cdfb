using Metrics.Core.Query.Evaluation;

namespace Metrics.Core.Query.Reading;

/// <summary>What an aggregation needs of the chunks.</summary>
/// <param name="TakesAggregates">Whether a chunk's aggregates are as good as its samples.</param>
/// <param name="NeedsIncrease">Whether rows have to say what they grew by.</param>
/// <param name="BucketEndOf">The end of the bucket that a timestamp of the range is in, exclusive.</param>
internal sealed record ReadRules(bool TakesAggregates, bool NeedsIncrease, Func<long, long> BucketEndOf)
{
    public static ReadRules Of(QueryPlan plan)
    {
        var grid = new BucketGrid(plan);
        return new ReadRules(
            plan.Aggregation.Kind is not (AggregationKind.Quantile or AggregationKind.Rate or AggregationKind.Increase),
            plan.Aggregation.Kind is AggregationKind.Rate or AggregationKind.Increase,
            timestampMs => grid.EndOf(grid.IndexOf(timestampMs)));
    }
}
