using Metrics.Core.Model;
using Metrics.Core.Rollups;
using Metrics.Core.Sketches;
using Metrics.Core.Tests.Compression;

namespace Metrics.Core.Tests.Rollups;

public sealed class RollupBuilderTests
{
    private const long Start = 1_771_761_600_000;

    [Fact]
    public void Rows_of_a_counter_that_begins_again_keep_first_value_and_increase()
    {
        double level = 0;
        var samples = Gauges.Regular(7_200, 1_000, i => level = i % 1_500 == 700 ? 3 : level + (i % 7));
        var minutes = RollupChunks.Build(RollupChunks.Minute, samples);
        var hours = RollupChunks.Rows(RollupChunks.RollUp(minutes, RollupChunks.Minute, RollupChunks.Hour), RollupChunks.Hour);
        var expected = RollupModel.Rows(samples, RollupChunks.Hour);
        Assert.Equal(expected.Count, hours.Length);
        for (var i = 0; i < hours.Length; i++)
        {
            Assert.True(expected[i].Row.Increase > 0);
            RollupModel.AssertSame(expected[i].Row, expected[i].Values, hours[i]);
        }
    }

    [Fact]
    public void Gauges_have_no_first_value_and_no_increase()
    {
        var rows = RollupChunks.Rows(RollupChunks.Build(RollupChunks.Minute, Gauges.Regular(600, 1_000, Gauges.Walk(new Random(1), 0.2))), RollupChunks.Minute);
        Assert.All(rows, row => Assert.True(double.IsNaN(row.First) && double.IsNaN(row.Increase)));
    }

    [Fact]
    public void Late_samples_join_a_row_that_is_there()
    {
        var all = Gauges.Regular(180, 1_000, i => 10 + (i % 17));
        var late = all.Where((_, i) => i % 9 == 4).ToArray();
        var builder = new RollupBuilder(RollupChunks.Minute);
        RollupChunks.AddRows(builder, RollupChunks.Build(RollupChunks.Minute, [.. all.Except(late)]), RollupChunks.Minute);
        RollupChunks.Add(builder, late);
        AssertFigures(all, RollupChunks.Finish(builder));
    }

    [Fact]
    public void Rows_of_the_same_minutes_are_joined_in_either_order()
    {
        var all = Gauges.Regular(180, 1_000, i => 10 + (i % 17));
        var odd = RollupChunks.Build(RollupChunks.Minute, [.. all.Where((_, i) => i % 2 == 1)]);
        var even = RollupChunks.Build(RollupChunks.Minute, [.. all.Where((_, i) => i % 2 == 0)]);
        foreach (var (first, second) in new[] { (odd, even), (even, odd) })
        {
            var builder = new RollupBuilder(RollupChunks.Minute);
            RollupChunks.AddRows(builder, first, RollupChunks.Minute);
            RollupChunks.AddRows(builder, second, RollupChunks.Minute);
            AssertFigures(all, RollupChunks.Finish(builder));
        }
    }

    [Fact]
    public void Two_readings_of_one_counter_join_to_its_increase()
    {
        var all = Gauges.Regular(60, 1_000, i => 5.0 * i);
        var builder = new RollupBuilder(RollupChunks.Minute);
        RollupChunks.Add(builder, [.. all.Where((_, i) => i % 3 != 0)]);
        RollupChunks.Add(builder, [.. all.Where((_, i) => i % 3 == 0)]);
        var row = Assert.Single(RollupChunks.Rows(RollupChunks.Finish(builder), RollupChunks.Minute));
        Assert.Equal((0.0, 295.0, 295.0), (row.First, row.Last, row.Increase));
    }

    [Fact]
    public void A_distribution_counts_what_it_stands_for()
    {
        var builder = new RollupBuilder(RollupChunks.Minute);
        var digest = new TDigest();
        digest.Add(4, 10);
        digest.Add(8, 2.5);
        builder.Add(Start + 5_000, digest);
        builder.Add(Start - 55_000, TDigest.FromSorted([1, 2, 3]));
        builder.Add(Start + 10_000, TDigest.FromSorted([1, 2]));
        var chunk = Assert.Single(RollupChunks.Finish(builder));
        var rows = chunk.Rows(RollupChunks.Minute);
        Assert.Equal([Start - 60_000, Start], rows.Select(r => r.StartMs));
        Assert.Equal((3.0, 6.0, 1.0, 3.0, 2.0), (rows[0].Count, rows[0].Sum, rows[0].Min, rows[0].Max, rows[0].Last));
        Assert.Equal((14.5, 63.0, 1.0, 8.0, 1.5), (rows[1].Count, rows[1].Sum, rows[1].Min, rows[1].Max, rows[1].Last));
        Assert.Equal(Start + 10_000, rows[1].LastMs);
        Assert.True(double.IsNaN(rows[1].Increase));
    }

    [Fact]
    public void Rows_are_read_in_any_order()
    {
        var samples = Gauges.Regular(3_600, 1_000, Gauges.Walk(new Random(3), 0.5));
        var chunk = Assert.Single(RollupChunks.Build(RollupChunks.Minute, samples));
        var ascending = RollupChunks.Digests([chunk], RollupChunks.Minute).Values.Select(d => d.Quantile(0.9)).ToArray();
        var reader = chunk.Open(RollupChunks.Minute);
        foreach (var index in new[] { 59, 3, 3, 30, 0, 29 })
        {
            var digest = new TDigest();
            reader.AddTo(index, digest);
            Assert.Equal(ascending[index], digest.Quantile(0.9));
        }
    }

    [Fact]
    public void Many_rows_are_divided_into_chunks_that_follow_each_other()
    {
        var samples = Gauges.Regular(3_000, 60_000, i => i % 100);
        var chunks = RollupChunks.Build(RollupChunks.Minute, samples);
        Assert.True(chunks.Count > 1);
        Assert.Equal(3_000, chunks.Sum(c => c.Meta.Count));
        Assert.All(chunks.Zip(chunks.Skip(1)), pair => Assert.True(pair.First.Meta.MaxMs < pair.Second.Meta.MinMs));
    }

    [Fact]
    public void A_row_of_very_many_samples_keeps_its_figures_and_percentiles()
    {
        var random = new Random(9);
        var samples = Gauges.Regular(200_000, 10, _ => 50 * Math.Exp(0.5 * Gauges.Gaussian(random)));
        var chunks = RollupChunks.Build(RollupChunks.Day, samples, block: 4_096);
        AssertFigures(samples, chunks, RollupChunks.Day);
        var sorted = samples.Select(s => s.Value).Order().ToArray();
        var digest = Assert.Single(RollupChunks.Digests(chunks, RollupChunks.Day)).Value;
        Assert.InRange(digest.Quantile(0.99) / ExactQuantile.OfSorted(sorted, 0.99), 0.99, 1.01);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(255)]
    [InlineData(1L << 20)]
    [InlineData((1L << 21) + 5)]
    [InlineData(1L << 52)]
    [InlineData(1e300)]
    [InlineData(70.5)]
    [InlineData(0.001)]
    public void The_groups_of_any_count_are_bounded_and_weigh_as_much(double count)
    {
        var scheme = RankScheme.For(count);
        Assert.InRange(scheme.Count, 1, RankScheme.MaxGroups);
        Assert.Equal(scheme.Ends.Order().Distinct(), scheme.Ends);
        Assert.Equal(1, Enumerable.Range(0, scheme.Count).Sum(scheme.WeightOf) / count, 9);
        Assert.Equal(1, Enumerable.Range(0, scheme.Coarse.Count).Sum(scheme.Coarse.WeightOf) / count, 9);
    }

    private static void AssertFigures(IReadOnlyList<Sample> samples, List<RollupChunk> chunks, long lengthMs = RollupChunks.Minute)
    {
        var expected = RollupModel.Rows(samples, lengthMs);
        var rows = RollupChunks.Rows(chunks, lengthMs);
        Assert.Equal(expected.Count, rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            var row = expected[i].Row;
            (row.First, row.Increase) = (rows[i].First, rows[i].Increase);
            RollupModel.AssertSame(row, expected[i].Values, rows[i]);
        }
    }
}
