namespace Metrics.Core.Query.Evaluation;

/// <summary>What is kept of a bucket's population for every aggregation but quantiles and increases.</summary>
internal struct BucketStats
{
    public double Count;
    public double Sum;
    public double Min;
    public double Max;
    public double Last;
    public long LastMs;

    public void Merge(in BucketStats other)
    {
        if (other.Count == 0)
        {
            return;
        }

        if (Count == 0)
        {
            this = other;
            return;
        }

        Count += other.Count;
        Sum += other.Sum;
        Min = Math.Min(Min, other.Min);
        Max = Math.Max(Max, other.Max);
        PutLast(other.LastMs, other.Last);
    }

    private void PutLast(long timestampMs, double value)
    {
        if (timestampMs > LastMs || (timestampMs == LastMs && value > Last))
        {
            (LastMs, Last) = (timestampMs, value);
        }
    }
}
