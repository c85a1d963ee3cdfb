namespace Metrics.Core.Query.Evaluation;

/// <summary>The buckets of a query: aligned to the interval, or one for the whole range.</summary>
internal readonly struct BucketGrid
{
    private readonly long _firstMs;
    private readonly long _intervalMs;

    public BucketGrid(QueryPlan plan)
    {
        FromMs = plan.FromMs;
        ToMs = plan.ToMs;
        if (plan.IntervalMs is { } interval)
        {
            _intervalMs = interval;
            var remainder = plan.FromMs % interval;
            _firstMs = plan.FromMs - (remainder < 0 ? remainder + interval : remainder);
            var length = (Int128)plan.ToMs - _firstMs;
            BucketsAsked = (long)Int128.Max(0, (length + interval - 1) / interval);
        }
        else
        {
            _intervalMs = plan.ToMs - plan.FromMs;
            _firstMs = plan.FromMs;
            BucketsAsked = 1;
        }
    }

    public long FromMs { get; }

    public long ToMs { get; }

    /// <summary>Buckets that the plan asks for, more perhaps than there can be: the query's budget refuses those.</summary>
    public long BucketsAsked { get; }

    /// <summary>Buckets.</summary>
    public int Count => (int)Math.Min(BucketsAsked, Array.MaxLength);

    public int IndexOf(long timestampMs) => (int)((timestampMs - _firstMs) / _intervalMs);

    public long StartOf(int bucket) => _firstMs + (bucket * _intervalMs);

    public long EndOf(int bucket) => _firstMs + ((bucket + 1) * _intervalMs);

    /// <summary>Seconds of a bucket that the query's range covers.</summary>
    public double CoveredSeconds(int bucket) => (Math.Min(EndOf(bucket), ToMs) - Math.Max(StartOf(bucket), FromMs)) / 1000.0;
}
