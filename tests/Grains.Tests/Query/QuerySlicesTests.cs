using FsCheck.Xunit;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Core.Query.Evaluation;
using Metrics.Grains.Query;
using Metrics.Grains.Tests.Support;

namespace Metrics.Grains.Tests.Query;

[Collection(SharedCluster.Collection)]
public sealed class QuerySlicesTests(SharedCluster shared)
{
    private const string Metric = "slices";

    [Property(MaxTest = 200)]
    public async Task Slices_joined_are_the_same_answer_as_the_whole(ushort from, ushort length, ushort interval, ushort perSlice, byte groupBy, byte? limit)
    {
        var silo = shared.Cluster.Addresses[0];
        await WriteOnceAsync(silo);
        var plan = Points.Plan(Metric, AggregationKind.Quantile, [.. new[] { "a", "b", "none" }.Take(groupBy % 4)]) with
        {
            FromMs = Points.StartMs + (from % 700 * 1000) - 30_000,
            ToMs = Points.StartMs + (from % 700 * 1000) - 30_000 + 1 + (length % 700 * 1001),
            IntervalMs = 1 + (interval % 120 * 1009),
            Limit = limit is null ? null : 1 + (limit % 5),
        };
        var evaluator = shared.Cluster.Get<QueryEvaluator>(silo);
        var shards = shared.Cluster.Engine(silo).Shards;
        if ((plan.ToMs - plan.FromMs) / plan.IntervalMs > 2000)
        {
            plan = plan with { IntervalMs = 1000 };
        }

        var whole = (await evaluator.EvaluateAsync(plan, shards, CancellationToken.None)).Finish([]);
        var slices = QuerySlices.Of(plan, evaluator.EstimateSamples(plan, shards), 1 + (perSlice % 200));
        var parts = new List<QueryResult>();
        foreach (var slice in slices)
        {
            parts.Add((await evaluator.EvaluateAsync(slice, shards, CancellationToken.None)).Finish([]));
        }

        var joined = QuerySlices.Join(plan, parts, []);
        Assert.Equal(whole.Warnings, joined.Warnings);
        Assert.Equal(whole.Groups.Count, joined.Groups.Count);
        Assert.All(whole.Groups, (group, i) =>
        {
            Assert.Equal(group.Tags, joined.Groups[i].Tags);
            Assert.Equal(group.TimestampsMs, joined.Groups[i].TimestampsMs);
            Assert.Equal(group.Values, joined.Groups[i].Values);
        });
        Assert.Equal(plan.FromMs, slices[0].FromMs);
        Assert.Equal(plan.ToMs, slices[^1].ToMs);
        Assert.All(slices.Skip(1), (slice, i) => Assert.Equal(slices[i].ToMs, slice.FromMs));
        Assert.All(slices.Skip(1), slice => Assert.Equal(0, slice.FromMs % plan.IntervalMs!.Value));
    }

    [Fact]
    public void Groups_whose_values_only_look_alike_stay_apart()
    {
        var plan = Points.Plan(Metric, AggregationKind.Quantile, "a", "b") with { IntervalMs = 1000 };
        QueryGroup one = new([new("a", "x\0y"), new("b", "z")], [0], [1]);
        QueryGroup other = new([new("a", "x"), new("b", "y\0z")], [0], [2]);

        var joined = QuerySlices.Join(plan, [new([other, one], []), new([one], [])], []);

        Assert.Equal([[2.0], [1.0, 1.0]], joined.Groups.Select(static g => g.Values));
    }

    [Fact]
    public void Few_samples_are_one_slice()
    {
        var plan = Points.Plan(Metric, AggregationKind.Quantile) with { IntervalMs = 1000 };

        Assert.Same(plan, Assert.Single(QuerySlices.Of(plan, 1000)));
        Assert.Equal(3, QuerySlices.Of(plan, 9_000_000).Count);
    }

    private async Task WriteOnceAsync(SiloAddress silo)
    {
        var writer = shared.Cluster.Writer(silo);
        var keys = Enumerable.Range(0, 400)
            .Select(static i => SeriesKey.Create(Metric, new Tag("a", $"{i % 3}"), new Tag("b", $"{i % 2}"), new Tag("n", $"{i}")))
            .Where(k => shared.Cluster.OwnerOf(k).Equals(silo)).Take(8).ToList();
        if (shared.Cluster.Engine(silo).Find(keys[^1].Id) is not null)
        {
            return;
        }

        var random = new Random(7);
        using var batch = writer.CreateBatch();
        foreach (var key in keys)
        {
            for (var i = 0; i < 150; i++)
            {
                batch.Add(Points.WireKeyOf(key), key, Points.StartMs + random.Next(600_000), random.Next(1000));
            }
        }

        await writer.WriteAsync(batch, CancellationToken.None);
    }
}
