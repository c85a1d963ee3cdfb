using FsCheck.Xunit;
using Metrics.Core.Model;
using Metrics.Core.Rollups;
using Metrics.Core.Tests.Compression;

namespace Metrics.Core.Tests.Rollups;

/// <summary>Any samples, in ascending time, against the plain model.</summary>
[Properties(Arbitrary = [typeof(SampleArbitraries)], MaxTest = 300)]
public sealed class RollupPropertyTests
{
    [Property]
    public void Figures_are_those_of_the_samples(SampleList list)
    {
        foreach (var lengthMs in new[] { RollupChunks.Minute, RollupChunks.Hour, 1L })
        {
            var samples = Ascending(list, lengthMs);
            var expected = RollupModel.Rows(samples, lengthMs);
            var rows = RollupChunks.Rows(RollupChunks.Build(lengthMs, samples, block: 7), lengthMs);
            Assert.Equal(expected.Count, rows.Length);
            for (var i = 0; i < rows.Length; i++)
            {
                RollupModel.AssertSame(expected[i].Row, expected[i].Values, rows[i]);
            }
        }
    }

    [Property]
    public void Distributions_count_every_finite_value_and_have_its_extremes(SampleList list)
    {
        var samples = Ascending(list, RollupChunks.Minute);
        var expected = RollupModel.Rows(samples, RollupChunks.Minute);
        var at = 0;
        var values = new double[RollupReader.MaxWeights];
        var weights = new double[RollupReader.MaxWeights];
        foreach (var chunk in RollupChunks.Build(RollupChunks.Minute, samples))
        {
            var reader = chunk.Open(RollupChunks.Minute);
            for (var i = 0; i < reader.Count; i++)
            {
                var finite = expected[at].Values.Where(double.IsFinite).Order().ToArray();
                var count = reader.ReadWeights(i, values, weights);
                Assert.Equal(finite.Length, weights.Take(count).Sum(), 9);
                Assert.Equal(
                    (expected[at].Values.Count(double.IsNegativeInfinity), expected[at].Values.Count(double.IsPositiveInfinity)), reader.InfinitiesOf(i));
                Assert.Equal(values.Take(count).Order(), values.Take(count));
                if (finite.Length > 0)
                {
                    Assert.Equal((finite[0], finite[^1]), (values[0], values[count - 1]));
                }

                if (expected[at].Values.Length <= 10)
                {
                    Assert.Equal(finite, values.Take(count));
                }

                at++;
            }
        }

        Assert.Equal(expected.Count, at);
    }

    [Property]
    public void A_chunk_is_never_larger_than_the_points_it_stands_for(SampleList list)
    {
        var samples = Ascending(list, RollupChunks.Minute);
        foreach (var chunk in RollupChunks.Build(RollupChunks.Minute, samples))
        {
            // A point is a timestamp and a value; what a chunk has once is its header and the first of each figure in full.
            Assert.InRange(chunk.Bytes.Length, 1, 16 + (16 * chunk.Meta.Aggregates.Count));
        }
    }

    [Property]
    public void What_a_block_says_of_a_chunk_is_the_sum_of_its_rows(SampleList list)
    {
        var samples = Ascending(list, RollupChunks.Minute);
        foreach (var (meta, bytes) in RollupChunks.Build(RollupChunks.Minute, samples))
        {
            var rows = new RollupChunk(meta, bytes).Rows(RollupChunks.Minute);
            Assert.Equal(Core.Blocks.ChunkKind.Rollup, meta.Kind);
            Assert.Equal((rows[0].StartMs, rows[^1].StartMs + RollupChunks.Minute - 1), (meta.MinMs, meta.MaxMs));
            Assert.Equal(rows.Sum(r => r.Count), meta.Aggregates.Count);
            Assert.Equal((rows.Min(r => r.Min), rows.Max(r => r.Max)), (meta.Aggregates.Min, meta.Aggregates.Max));
            Assert.Equal((rows[^1].Last, rows[^1].LastMs), (meta.Aggregates.Last, meta.Aggregates.LastMs));
        }
    }

    [Property]
    public void Hours_from_minutes_have_the_figures_of_hours_from_samples(SampleList list)
    {
        var samples = Ascending(list, RollupChunks.Hour);
        var expected = RollupModel.Rows(samples, RollupChunks.Hour);
        var minutes = RollupChunks.Build(RollupChunks.Minute, samples);
        var hours = RollupChunks.Rows(RollupChunks.RollUp(minutes, RollupChunks.Minute, RollupChunks.Hour), RollupChunks.Hour);
        Assert.Equal(expected.Count, hours.Length);
        for (var i = 0; i < hours.Length; i++)
        {
            var row = expected[i].Row;

            // Whether an hour is a counter's is judged by its minutes: one of falls makes it a gauge.
            (row.First, row.Increase) = double.IsNaN(hours[i].Increase) ? (double.NaN, double.NaN) : (row.First, row.Increase);
            if (!double.IsNaN(hours[i].Increase) && double.IsNaN(row.Increase))
            {
                (row.First, row.Increase) = (hours[i].First, hours[i].Increase);
            }

            RollupModel.AssertSame(row, expected[i].Values, hours[i]);
        }
    }

    /// <summary>One sample a timestamp, in ascending order, within what rows can start at.</summary>
    private static Sample[] Ascending(SampleList list, long lengthMs) =>
    [
        .. list.Samples.Where(s => s.TimestampMs > long.MinValue + (4 * lengthMs) && s.TimestampMs < long.MaxValue - (4 * lengthMs))
            .DistinctBy(s => s.TimestampMs).OrderBy(s => s.TimestampMs),
    ];
}
