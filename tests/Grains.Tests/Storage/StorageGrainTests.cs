using System.Text.Json.Nodes;
using Metrics.Core.Maintenance;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Grains.Interfaces.Query;
using Metrics.Grains.Interfaces.Storage;
using Metrics.Grains.Tests.Support;

namespace Metrics.Grains.Tests.Storage;

/// <summary>Over two silos, asked through either and from outside.</summary>
[Collection(SharedCluster.Collection)]
public sealed class StorageGrainTests(SharedCluster shared)
{
    private readonly MetricsCluster _cluster = shared.Cluster;

    [Fact]
    public async Task A_deletion_counts_the_series_of_all_silos_and_deletes_nothing_without_that_count()
    {
        const string Metric = "storage.confirmed";
        await WriteAsync(Metric);
        var selector = new SeriesSelector(Metric, []);
        foreach (var grain in Everywhere)
        {
            Assert.Equal(new ConfirmedChange(8, Done: false), await grain.DeleteSeries(selector, long.MinValue, long.MaxValue, null));
            Assert.Equal(new ConfirmedChange(8, Done: false), await grain.DeleteSeries(selector, long.MinValue, long.MaxValue, 7));
        }

        Assert.Equal(80, await CountAsync(Metric));
    }

    [Fact]
    public async Task A_confirmed_deletion_empties_memory_and_blocks_of_every_silo_and_leaves_the_listings()
    {
        const string Metric = "storage.deleted";
        await WriteAsync(Metric);
        await Grain.Flush(TestContext.Current.CancellationToken);
        var selector = new SeriesSelector(Metric, []);

        // A part of the range first: the series stay.
        Assert.Equal(new ConfirmedChange(8, Done: true), await Grain.DeleteSeries(selector, Points.StartMs, Points.StartMs + 4000, 8));
        Assert.Equal(48, await CountAsync(Metric));
        Assert.Equal(8, (await Queries.FindSeries(selector, 100)).Count);

        Assert.Equal(new ConfirmedChange(8, Done: true), await Grain.DeleteSeries(selector, long.MinValue, long.MaxValue, 8));
        Assert.Equal(0, await CountAsync(Metric));
        Assert.Empty(await Queries.FindSeries(selector, 100));
        Assert.Empty(await Queries.ListMetrics(selector, 100));
        Assert.Empty(await Queries.ListTagKeys(selector, 100));
        Assert.Equal(new ConfirmedChange(0, Done: true), await Grain.DeleteSeries(selector, long.MinValue, long.MaxValue, 0));

        // What is written afterwards stays.
        await WriteAsync(Metric);
        Assert.Equal(80, await CountAsync(Metric));
        Assert.Equal(8, (await Queries.FindSeries(selector, 100)).Count);
    }

    [Fact]
    public async Task A_deletion_by_tag_leaves_the_other_series()
    {
        const string Metric = "storage.bytag";
        var keys = await WriteAsync(Metric);
        var one = new SeriesSelector(Metric, [new TagMatcher("n", MatchKind.Equal, [keys[0].ValueOf("n")!])]);
        Assert.Equal(new ConfirmedChange(1, Done: true), await Grain.DeleteSeries(one, long.MinValue, long.MaxValue, 1));
        Assert.Equal(70, await CountAsync(Metric));
    }

    [Fact]
    public async Task The_status_is_the_sum_of_the_silos()
    {
        const string Metric = "storage.status";
        await WriteAsync(Metric);
        await Grain.Flush(TestContext.Current.CancellationToken);
        foreach (var grain in Everywhere)
        {
            var status = JsonNode.Parse(await grain.GetStatus(TestContext.Current.CancellationToken))!;
            var own = _cluster.Addresses.Select(a => _cluster.Get<StorageMaintenance>(a).Status()).ToList();
            var hot = status["stored"]!.AsArray().Single(s => (string?)s!["tier"] == "hot")!;
            Assert.Equal(own.Sum(static s => s.Hot.Samples), (long)hot["samples"]!);
            Assert.Equal(own.Sum(static s => s.Hot.Series), (long)hot["series"]!);
            Assert.Equal(
                own.Sum(static s => s.Blocks.Tiers.Sum(static t => (long)t.Blocks)),
                status["stored"]!.AsArray().Sum(static s => (long)s!["blocks"]!));
            Assert.Equal(2, status["objectStores"]!.AsArray().Count);
            Assert.Empty(status["damaged"]!.AsArray());
            Assert.Equal(0, (int)status["pending"]!["changesToPublish"]!);
            Assert.Equal(365, (double)status["retention"]!["1h"]!);
        }
    }

    private IStorageGrain Grain => _cluster.Client.GetGrain<IStorageGrain>(0);

    private IQueryGrain Queries => _cluster.Client.GetGrain<IQueryGrain>(0);

    private IEnumerable<IStorageGrain> Everywhere =>
        _cluster.Addresses.Select(a => _cluster.GrainsOf(a).GetGrain<IStorageGrain>(0)).Append(Grain);

    /// <summary>Ten points of four series of each silo.</summary>
    private async Task<List<SeriesKey>> WriteAsync(string metric)
    {
        List<SeriesKey> keys = [.. _cluster.Addresses.SelectMany(a => _cluster.KeysOwnedBy(a, metric, 4))];
        await Points.WriteAsync(_cluster.Writer(_cluster.Addresses[0]), keys, 10);
        return keys;
    }

    private async Task<double> CountAsync(string metric)
    {
        var result = await Queries.Execute(Points.Plan(metric), TestContext.Current.CancellationToken);
        return result.Groups.SelectMany(static g => g.Values).FirstOrDefault();
    }
}
