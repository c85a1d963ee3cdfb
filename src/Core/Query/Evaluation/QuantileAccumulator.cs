using Metrics.Core.Rollups;
using Metrics.Core.Sketches;

namespace Metrics.Core.Query.Evaluation;

/// <summary>For percentiles: each bucket's points, or a digest of them when there are many.</summary>
internal sealed class QuantileAccumulator(BucketGrid grid) : GroupAccumulator(grid)
{
    private readonly Population?[] _buckets = new Population?[grid.Count];

    public override void Add(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values)
    {
        var i = 0;
        while (i < timestampsMs.Length)
        {
            var bucket = Grid.IndexOf(timestampsMs[i]);
            var end = Grid.EndOf(bucket);
            var population = _buckets[bucket] ??= new Population();
            while (i < timestampsMs.Length && timestampsMs[i] < end)
            {
                // A run without NaN is taken at once.
                var start = i;
                while (i < timestampsMs.Length && timestampsMs[i] < end && !double.IsNaN(values[i]))
                {
                    i++;
                }

                population.Add(values[start..i]);
                while (i < timestampsMs.Length && double.IsNaN(values[i]))
                {
                    i++;
                }
            }
        }
    }

    public override void Add(long timestampMs, TDigest distribution)
    {
        if (distribution.Count > 0)
        {
            (_buckets[Grid.IndexOf(timestampMs)] ??= new Population()).Add(distribution);
        }
    }

    public override void Add(in RollupRow row, scoped ref RollupReader reader, int index)
    {
        if (row.Count > 0)
        {
            (_buckets[Grid.IndexOf(row.StartMs)] ??= new Population()).Add(ref reader, index);
        }
    }

    public override void Merge(GroupAccumulator other)
    {
        var buckets = ((QuantileAccumulator)other)._buckets;
        for (var i = 0; i < _buckets.Length; i++)
        {
            if (buckets[i] is not { } from)
            {
                continue;
            }

            if (_buckets[i] is { } into)
            {
                into.Merge(from);
                from.Release();
            }
            else
            {
                _buckets[i] = from;
            }
        }
    }

    public override void Finish(Aggregation aggregation, List<long> timestampsMs, List<double> values)
    {
        for (var i = 0; i < _buckets.Length; i++)
        {
            if (_buckets[i] is { IsEmpty: false } population)
            {
                timestampsMs.Add(Grid.StartOf(i));
                values.Add(population.Quantile(aggregation.Quantile));
                population.Release();
            }
        }
    }

    public override void Write(PartialWriter writer)
    {
        writer.WriteInt32(_buckets.Count(static b => b is { IsEmpty: false }));
        for (var i = 0; i < _buckets.Length; i++)
        {
            if (_buckets[i] is { IsEmpty: false } population)
            {
                writer.WriteInt32(i);
                writer.WriteDoubles(population.Points);
                writer.WriteDigest(population.Digest);
                writer.WriteInt64(population.NegativeInfinities);
                writer.WriteInt64(population.PositiveInfinities);
                population.Release();
            }
        }
    }

    public override void Read(ref PartialReader reader)
    {
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var population = _buckets[reader.ReadInt32()] ??= new Population();
            population.Add(reader.ReadDoubles());
            if (reader.ReadDigest() is { } digest)
            {
                population.Add(digest);
            }

            population.AddInfinities(reader.ReadInt64(), reader.ReadInt64());
        }
    }
}
