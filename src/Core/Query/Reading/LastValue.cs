using Metrics.Core.Blocks;
using Metrics.Core.Model;
using Metrics.Core.Query.Evaluation;
using Metrics.Core.Rollups;
using Metrics.Core.Sketches;

namespace Metrics.Core.Query.Reading;

/// <summary>Keeps the newest scalar value of what it is given: where an increase begins.</summary>
internal sealed class LastValue() : GroupAccumulator(default)
{
    /// <summary>Any chunk is in one bucket.</summary>
    public static readonly ReadRules Rules = new(TakesAggregates: true, NeedsIncrease: false, static _ => long.MaxValue);

    /// <summary>Null when there is none yet.</summary>
    public Sample? Newest { get; private set; }

    public void Clear() => Newest = null;

    public override void Add(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values)
    {
        for (var i = values.Length - 1; i >= 0; i--)
        {
            if (!double.IsNaN(values[i]))
            {
                Put(timestampsMs[i], values[i]);
                return;
            }
        }
    }

    public override void Add(long timestampMs, in ChunkAggregates aggregates)
    {
        if (aggregates.Count > 0)
        {
            Put(aggregates.LastMs, aggregates.Last);
        }
    }

    public override void Add(in RollupRow row, scoped ref RollupReader reader, int index)
    {
        if (!IncreaseAccumulator.IsDistribution(row, ref reader, index))
        {
            Put(row.LastMs, row.Last);
        }
    }

    public override void Add(long timestampMs, TDigest distribution)
    {
    }

    public override void AddDistributions(long timestampMs, in ChunkAggregates aggregates)
    {
    }

    public override void Merge(GroupAccumulator other) => throw new NotSupportedException();

    public override void Finish(Aggregation aggregation, List<long> timestampsMs, List<double> values) => throw new NotSupportedException();

    public override void Write(PartialWriter writer) => throw new NotSupportedException();

    public override void Read(ref PartialReader reader) => throw new NotSupportedException();

    private void Put(long timestampMs, double value)
    {
        if (Newest is not { } newest || timestampMs >= newest.TimestampMs)
        {
            Newest = new Sample(timestampMs, value);
        }
    }
}
