using Metrics.Core.Model;
using Metrics.Core.Rollups;
using Metrics.Core.Sketches;

namespace Metrics.Core.Query.Evaluation;

/// <summary>
/// For rate and increase: each step between neighbouring samples belongs to the bucket of the later one; a fall is a counter
/// that began again at zero.
/// </summary>
internal sealed class IncreaseAccumulator(BucketGrid grid) : GroupAccumulator(grid)
{
    private readonly double[] _increase = new double[grid.Count];
    private readonly bool[] _hasSample = new bool[grid.Count];
    private double _previous = double.NaN;

    public override void BeginSeries(Sample? before) => _previous = before?.Value ?? double.NaN;

    public override void Add(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values)
    {
        var previous = _previous;
        var i = 0;
        while (i < timestampsMs.Length)
        {
            var bucket = Grid.IndexOf(timestampsMs[i]);
            var end = Grid.EndOf(bucket);
            double increase = 0;
            var any = false;
            for (; i < timestampsMs.Length && timestampsMs[i] < end; i++)
            {
                var value = values[i];
                if (double.IsNaN(value))
                {
                    continue;
                }

                any = true;
                if (!double.IsNaN(previous))
                {
                    increase += Step(previous, value);
                }

                previous = value;
            }

            if (any)
            {
                _increase[bucket] += increase;
                _hasSample[bucket] = true;
            }
        }

        _previous = previous;
    }

    /// <summary>A distribution is not a counter: it has no increase.</summary>
    public override void Add(long timestampMs, TDigest distribution)
    {
    }

    public override void Add(in RollupRow row, scoped ref RollupReader reader, int index)
    {
        var bucket = Grid.IndexOf(row.StartMs);
        if (!double.IsNaN(row.Increase))
        {
            _increase[bucket] += row.Increase + (double.IsNaN(_previous) ? 0 : Step(_previous, row.First));
        }
        else if (IsDistribution(row, ref reader, index))
        {
            return;
        }
        else if (!double.IsNaN(_previous))
        {
            // What it grew by was not kept, and nothing finer is left: from the value before to its last one.
            _increase[bucket] += Step(_previous, row.Last);
        }

        _hasSample[bucket] = true;
        _previous = row.Last;
    }

    /// <summary>Whether a row is of distributions, which are no counters.</summary>
    public static bool IsDistribution(in RollupRow row, scoped ref RollupReader reader, int index)
    {
        if (!double.IsNaN(row.Increase))
        {
            return false;
        }

        Span<double> points = stackalloc double[RollupFormat.MaxPoints];
        reader.Read(index, out var figures, points);
        return figures.IsDistribution;
    }

    public override void Merge(GroupAccumulator other)
    {
        var from = (IncreaseAccumulator)other;
        for (var i = 0; i < _increase.Length; i++)
        {
            _increase[i] += from._increase[i];
            _hasSample[i] |= from._hasSample[i];
        }
    }

    public override void Finish(Aggregation aggregation, List<long> timestampsMs, List<double> values)
    {
        for (var i = 0; i < _increase.Length; i++)
        {
            if (_hasSample[i])
            {
                timestampsMs.Add(Grid.StartOf(i));
                values.Add(aggregation.Kind == AggregationKind.Rate ? _increase[i] / Grid.CoveredSeconds(i) : _increase[i]);
            }
        }
    }

    public override void Write(PartialWriter writer)
    {
        writer.WriteInt32(_hasSample.Count(static has => has));
        for (var i = 0; i < _increase.Length; i++)
        {
            if (_hasSample[i])
            {
                writer.WriteInt32(i);
                writer.WriteDouble(_increase[i]);
            }
        }
    }

    public override void Read(ref PartialReader reader)
    {
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var bucket = reader.ReadInt32();
            _increase[bucket] += reader.ReadDouble();
            _hasSample[bucket] = true;
        }
    }

    /// <summary>Equal first: between two infinite values there is no difference to take.</summary>
    private static double Step(double previous, double value) => value == previous ? 0 : value > previous ? value - previous : value;
}
