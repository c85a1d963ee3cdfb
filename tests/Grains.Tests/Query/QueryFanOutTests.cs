using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Grains.Interfaces.Query;
using Metrics.Grains.Query;
using Metrics.Grains.Tests.Support;

namespace Metrics.Grains.Tests.Query;

[Collection(SharedCluster.Collection)]
public sealed class QueryFanOutTests(SharedCluster shared)
{
    private readonly MetricsCluster _cluster = shared.Cluster;

    private IEnumerable<IQueryGrain> Everywhere =>
        _cluster.Addresses.Select(a => _cluster.GrainsOf(a).GetGrain<IQueryGrain>(0)).Append(_cluster.Client.GetGrain<IQueryGrain>(0));

    [Fact]
    public async Task A_query_through_either_silo_and_through_a_client_sees_the_points_of_all()
    {
        const string Metric = "query.all";
        await Points.WriteAsync(_cluster.Writer(_cluster.Addresses[0]), Keys(Metric, 6), 10, 3);

        foreach (var grain in Everywhere)
        {
            var count = await grain.Execute(Points.Plan(Metric), TestContext.Current.CancellationToken);
            var median = await grain.Execute(Points.Plan(Metric, AggregationKind.Quantile) with { IntervalMs = 5000 }, TestContext.Current.CancellationToken);
            var groups = await grain.Execute(Points.Plan(Metric, AggregationKind.Sum, "n"), TestContext.Current.CancellationToken);

            Assert.Equal(120, Points.Single(count));
            Assert.Empty(count.Warnings);
            Assert.Equal([Points.StartMs, Points.StartMs + 5000], Assert.Single(median.Groups).TimestampsMs);
            Assert.Equal(12, groups.Groups.Count);
            Assert.All(groups.Groups, g => Assert.Equal(30, Assert.Single(g.Values)));
        }
    }

    [Fact]
    public async Task Listings_hold_what_is_on_every_silo_in_order_and_up_to_their_limit()
    {
        var keys = Keys("query.lists", 3);
        await Points.WriteAsync(_cluster.Writer(_cluster.Addresses[0]), keys, 1);
        var selector = new SeriesSelector("query.lists", []);
        var values = keys.Select(static k => k.ValueOf("n")!).Order(StringComparer.Ordinal).ToList();

        foreach (var grain in Everywhere)
        {
            Assert.Equal(["query.lists"], await grain.ListMetrics(selector, 10));
            Assert.Equal(["n"], await grain.ListTagKeys(selector, 10));
            Assert.Equal(values, await grain.ListTagValues("n", selector, 10));
            Assert.Equal(values[..4], await grain.ListTagValues("n", selector, 4));
            Assert.Equal(values, (await grain.FindSeries(selector, 10)).Select(static k => k.ValueOf("n")));
            Assert.Equal(values[..2], (await grain.FindSeries(selector, 2)).Select(static k => k.ValueOf("n")));
        }
    }

    [Fact]
    public async Task A_limit_that_is_hit_on_any_silo_reaches_every_caller_by_name()
    {
        const string Metric = "query.limit";
        await Points.WriteAsync(_cluster.Writer(_cluster.Addresses[0]), Keys(Metric, 3), 1);
        var plan = Points.Plan(Metric, AggregationKind.Avg, "n") with { IntervalMs = 100 };

        foreach (var grain in Everywhere)
        {
            var e = await Assert.ThrowsAsync<QueryLimitException>(async () => await grain.Execute(plan, TestContext.Current.CancellationToken));
            Assert.Equal("Metrics:Query:MaxPoints", e.Limit);
            Assert.Contains("20000 points", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public Task A_caller_that_gives_up_stops_its_query_on_another_silo() => GiveUpAsync(static (grains, other, cancellation) =>
        grains.GetGrain<ISiloQueryGrain>(other.ToParsableString()).Evaluate(Points.Plan("query.places"), cancellation).AsTask());

    private async Task GiveUpAsync(Func<IGrainFactory, SiloAddress, CancellationToken, Task> ask)
    {
        var silo = _cluster.Addresses[1];
        var places = _cluster.Get<QueryPlaces>(silo);
        var done = new TaskCompletionSource<bool>();
        var running = Enumerable.Range(0, SharedCluster.MaxConcurrent).Select(_ => places.RunAsync(() => done.Task, CancellationToken.None)).ToList();
        try
        {
            using var givesUp = new CancellationTokenSource();
            var abandoned = ask(_cluster.GrainsOf(_cluster.Addresses[0]), silo, givesUp.Token);
            await Eventually.TrueAsync(() => places.Waiting == 1, "the query waits for a place on the other silo");
            await givesUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);

            // Far sooner than it would by itself, which is after two and a half minutes.
            await Eventually.TrueAsync(() => places.Waiting == 0, "it no longer waits there", seconds: 10);
        }
        finally
        {
            done.SetResult(true);
            await Task.WhenAll(running);
        }
    }

    private List<SeriesKey> Keys(string metric, int onEach) => [.. _cluster.Addresses.SelectMany(a => _cluster.KeysOwnedBy(a, metric, onEach))];
}
