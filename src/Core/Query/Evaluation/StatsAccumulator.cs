using Metrics.Core.Blocks;
using Metrics.Core.Rollups;
using Metrics.Core.Sketches;

namespace Metrics.Core.Query.Evaluation;

/// <summary>For avg, sum, min, max, count and last.</summary>
internal sealed class StatsAccumulator(BucketGrid grid) : GroupAccumulator(grid)
{
    private readonly BucketStats[] _buckets = new BucketStats[grid.Count];

    public override void Add(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values)
    {
        var i = 0;
        while (i < timestampsMs.Length)
        {
            var bucket = Grid.IndexOf(timestampsMs[i]);
            var end = Grid.EndOf(bucket);
            double sum = 0, min = double.PositiveInfinity, max = double.NegativeInfinity;
            var count = 0;
            var last = -1;
            for (; i < timestampsMs.Length && timestampsMs[i] < end; i++)
            {
                var value = values[i];
                if (double.IsNaN(value))
                {
                    continue;
                }

                sum += value;
                min = value < min ? value : min;
                max = value > max ? value : max;
                count++;
                last = i;
            }

            if (count != 0)
            {
                _buckets[bucket].Merge(new BucketStats
                {
                    Count = count,
                    Sum = sum,
                    Min = min,
                    Max = max,
                    Last = values[last],
                    LastMs = timestampsMs[last],
                });
            }
        }
    }

    public override void Add(long timestampMs, TDigest distribution)
    {
        if (distribution.Count > 0)
        {
            _buckets[Grid.IndexOf(timestampMs)].Merge(new BucketStats
            {
                Count = distribution.Count,
                Sum = distribution.Sum,
                Min = distribution.Min,
                Max = distribution.Max,
                Last = distribution.Sum / distribution.Count,
                LastMs = timestampMs,
            });
        }
    }

    public override void Add(long timestampMs, in ChunkAggregates aggregates)
    {
        if (aggregates.Count > 0)
        {
            _buckets[Grid.IndexOf(timestampMs)].Merge(new BucketStats
            {
                Count = aggregates.Count,
                Sum = aggregates.Sum,
                Min = aggregates.Min,
                Max = aggregates.Max,
                Last = aggregates.Last,
                LastMs = aggregates.LastMs,
            });
        }
    }

    public override void Add(in RollupRow row, scoped ref RollupReader reader, int index)
    {
        if (row.Count > 0)
        {
            _buckets[Grid.IndexOf(row.StartMs)].Merge(new BucketStats
            {
                Count = row.Count,
                Sum = row.Sum,
                Min = row.Min,
                Max = row.Max,
                Last = row.Last,
                LastMs = row.LastMs,
            });
        }
    }

    public override void Merge(GroupAccumulator other)
    {
        var buckets = ((StatsAccumulator)other)._buckets;
        for (var i = 0; i < _buckets.Length; i++)
        {
            _buckets[i].Merge(buckets[i]);
        }
    }

    public override void Finish(Aggregation aggregation, List<long> timestampsMs, List<double> values)
    {
        for (var i = 0; i < _buckets.Length; i++)
        {
            ref var bucket = ref _buckets[i];
            if (bucket.Count == 0)
            {
                continue;
            }

            timestampsMs.Add(Grid.StartOf(i));
            values.Add(aggregation.Kind switch
            {
                AggregationKind.Avg => bucket.Sum / bucket.Count,
                AggregationKind.Sum => bucket.Sum,
                AggregationKind.Min => bucket.Min,
                AggregationKind.Max => bucket.Max,
                AggregationKind.Count => bucket.Count,
                _ => bucket.Last,
            });
        }
    }

    public override void Write(PartialWriter writer)
    {
        writer.WriteInt32(_buckets.Count(static b => b.Count != 0));
        for (var i = 0; i < _buckets.Length; i++)
        {
            if (_buckets[i].Count != 0)
            {
                writer.WriteInt32(i);
                writer.WriteStats(_buckets[i]);
            }
        }
    }

    public override void Read(ref PartialReader reader)
    {
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var bucket = reader.ReadInt32();
            _buckets[bucket].Merge(reader.ReadStats());
        }
    }
}
