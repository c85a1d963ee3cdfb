using Metrics.Core.Ingestion;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Core.Sketches;
using Metrics.Grains.Ingestion;
using Metrics.Grains.Interfaces.Query;
using Metrics.Grains.Placement;
using Metrics.Grains.Tests.Support;
using Orleans.Concurrency;

namespace Metrics.Grains.Tests.Ingestion;

[Collection(SharedCluster.Collection)]
public sealed class WritePathTests(SharedCluster shared)
{
    private readonly MetricsCluster _cluster = shared.Cluster;

    [Fact]
    public void All_silos_compute_the_same_owner_for_every_shard()
    {
        var maps = _cluster.Addresses.Select(a => _cluster.Get<ShardOwnership>(a).Map).ToList();

        Assert.All(Enumerable.Range(0, maps[0].ShardCount), shard => Assert.Single(maps.Select(m => m.OwnerOf(shard)).Distinct()));
        Assert.Equal(2, Enumerable.Range(0, maps[0].ShardCount).Select(maps[0].OwnerOf).Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Points_written_through_either_silo_land_on_their_owner_and_nowhere_else(int through)
    {
        var keys = _cluster.Addresses.SelectMany(a => _cluster.KeysOwnedBy(a, $"write.either{through}", 10)).ToList();
        await Points.WriteAsync(_cluster.Writer(_cluster.Addresses[through]), keys, 5, 7);

        foreach (var key in keys)
        {
            foreach (var silo in _cluster.Addresses)
            {
                var series = _cluster.Engine(silo).Find(key.Id);
                if (silo.Equals(_cluster.OwnerOf(key)))
                {
                    Assert.Equal(Enumerable.Range(0, 5).Select(static i => new Sample(Points.StartMs + (i * 1000L), 7)), Points.Read(series!));
                }
                else
                {
                    Assert.Null(series);
                }
            }
        }
    }

    [Fact]
    public void A_batch_is_used_again_unless_it_has_grown_large()
    {
        var key = _cluster.KeysOwnedBy(_cluster.Addresses[0], "write.pool", 1)[0];
        var writer = _cluster.Writer(_cluster.Addresses[0]);
        var made = Enumerable.Range(0, 64).Select(_ => writer.CreateBatch()).ToList();
        var (large, small) = (made[0], made[1]);
        Assert.Equal(AddResult.Added, large.Add(Points.WireKeyOf(key), key, Points.StartMs, 0));
        for (var i = 1; i < 100_000; i++)
        {
            Assert.Equal(AddResult.Added, large.Add(Points.WireKeyOf(key), Points.StartMs + i, i));
        }

        made.ForEach(static batch => batch.Dispose());
        var again = Enumerable.Range(0, 64).Select(_ => writer.CreateBatch()).ToList();
        Assert.Contains(small, again);
        Assert.DoesNotContain(large, again);
        Assert.All(again, static batch => Assert.Equal(0, batch.Count));
        again.ForEach(static batch => batch.Dispose());
    }

    [Fact]
    public async Task A_distribution_lands_on_its_owner_and_is_part_of_a_percentile()
    {
        const string Metric = "write.distribution";
        var digest = TDigest.FromSorted([.. Enumerable.Range(1, 101).Select(static i => (double)i)]);
        foreach (var silo in _cluster.Addresses)
        {
            await Points.WriteAsync(_cluster.Writer(_cluster.Addresses[0]), _cluster.KeysOwnedBy(silo, Metric, 1)[0], digest);
        }

        foreach (var silo in _cluster.Addresses)
        {
            Assert.NotNull(_cluster.Engine(silo).Find(_cluster.KeysOwnedBy(silo, Metric, 1)[0].Id));
        }

        var grain = _cluster.Client.GetGrain<IQueryGrain>(0);
        var count = await grain.Execute(Points.Plan(Metric), TestContext.Current.CancellationToken);
        var median = await grain.Execute(Points.Plan(Metric, AggregationKind.Quantile), TestContext.Current.CancellationToken);
        Assert.Equal(202, Points.Single(count));
        Assert.Equal(51, Points.Single(median), 1.0);
    }

    [Fact]
    public async Task A_key_is_sent_once_and_the_id_alone_from_then_on()
    {
        var (sender, owner) = (_cluster.Addresses[0], _cluster.Addresses[1]);
        var key = _cluster.KeysOwnedBy(owner, "write.once", 1)[0];
        var writer = _cluster.Writer(sender);

        await Points.WriteAsync(writer, [key], 1);
        var series = Assert.IsType<RemoteSeries>(writer.Routes.Remote.Find(Points.WireKeyOf(key)));
        Assert.Equal(owner, series.KnownBy);

        using var batch = writer.CreateBatch();
        Assert.Equal(AddResult.Added, batch.Add(Points.WireKeyOf(key), Points.StartMs + 60_000, 2));
        await writer.WriteAsync(batch, TestContext.Current.CancellationToken);
        Assert.Equal(2, Points.Read(_cluster.Engine(owner).Find(key.Id)!).Count);
    }

    [Fact]
    public async Task An_owner_that_does_not_know_the_id_is_sent_the_key_and_nothing_is_lost()
    {
        var (sender, owner) = (_cluster.Addresses[0], _cluster.Addresses[1]);
        var writer = _cluster.Writer(sender);
        var keys = _cluster.KeysOwnedBy(owner, "write.unknown", 3);
        await Points.WriteAsync(writer, keys[..1], 1);
        foreach (var key in keys[1..])
        {
            writer.Routes.Remote.Set(Points.WireKeyOf(key), new RemoteSeries(key, key.Id.Shard(16)) { KnownBy = owner });
        }

        using var batch = writer.CreateBatch();
        foreach (var key in keys)
        {
            Assert.Equal(AddResult.Added, batch.Add(Points.WireKeyOf(key), Points.StartMs + 60_000, 2));
        }

        await writer.WriteAsync(batch, TestContext.Current.CancellationToken);
        Assert.All(keys, key => Assert.Contains(new Sample(Points.StartMs + 60_000, 2), Points.Read(_cluster.Engine(owner).Find(key.Id)!)));
    }

    [Fact]
    public async Task Two_writers_at_once_lose_nothing()
    {
        const string Metric = "write.concurrent";
        var keys = _cluster.Addresses.SelectMany(a => _cluster.KeysOwnedBy(a, Metric, 8)).ToList();
        await Task.WhenAll(_cluster.Addresses.Select(silo => Task.Run(async () =>
        {
            var writer = _cluster.Writer(silo);
            for (var round = 0; round < 20; round++)
            {
                using var batch = writer.CreateBatch();
                foreach (var key in keys)
                {
                    // Each silo has milliseconds of its own.
                    var timestamp = Points.StartMs + (round * 10L) + (silo.Equals(_cluster.Addresses[0]) ? 0 : 5);
                    Assert.Equal(AddResult.Added, batch.Add(Points.WireKeyOf(key), key, timestamp, round));
                }

                await writer.WriteAsync(batch, TestContext.Current.CancellationToken);
            }
        })));

        var result = await _cluster.Client.GetGrain<IQueryGrain>(0).Execute(Points.Plan(Metric), TestContext.Current.CancellationToken);
        Assert.Equal(16 * 40, Points.Single(result));
    }

    [Fact]
    public async Task A_series_that_the_owner_has_no_room_for_is_refused_with_its_reason_from_the_second_batch_on()
    {
        const string Metric = "write.explodes";
        var (sender, owner) = (_cluster.Addresses[0], _cluster.Addresses[1]);
        var keys = _cluster.KeysOwnedBy(owner, Metric, SharedCluster.MaxSeriesPerMetric + 1);
        await Points.WriteAsync(_cluster.Writer(owner), keys[..^1], 1);
        var writer = _cluster.Writer(sender);
        await Points.WriteAsync(writer, [keys[0], keys[^1]], 1);

        using var batch = writer.CreateBatch();
        var result = batch.Add(Points.WireKeyOf(keys[^1]), Points.StartMs + 1000, 1);
        Assert.Equal(AddResult.TooManySeriesOfMetric, result);
        Assert.Equal(result, batch.Add(Points.WireKeyOf(keys[^1]), keys[^1], Points.StartMs + 1000, 1));
        var problem = batch.Describe(result);
        Assert.Contains($"metric {Metric} has {SharedCluster.MaxSeriesPerMetric} series", problem.Reason, StringComparison.Ordinal);
        Assert.Equal(AddResult.Added, batch.Add(Points.WireKeyOf(keys[0]), Points.StartMs + 1000, 1));
        await writer.WriteAsync(batch, TestContext.Current.CancellationToken);

        Assert.Null(_cluster.Engine(owner).Find(keys[^1].Id));
        Assert.Equal(2, Points.Read(_cluster.Engine(owner).Find(keys[0].Id)!).Count);
    }

    [Fact]
    public async Task A_damaged_message_leaves_nothing_behind()
    {
        var owner = _cluster.Addresses[1];
        var key = _cluster.KeysOwnedBy(owner, "write.damaged", 1)[0];
        var samples = new RemoteSamples();
        samples.Series.Add(new RemoteSeries(key, key.Id.Shard(16)));
        samples.TimestampsMs.Add(Points.StartMs);
        samples.Values.Add(1);
        var rows = Assert.Single(OwnedRows.Split(samples, _cluster.Get<ShardOwnership>(owner).Map));
        var message = RemoteBatch.Write(samples, rows, static _ => false, out _);
        var grain = _cluster.GrainsOf(_cluster.Addresses[0]).GetGrain<ISiloIngestGrain>(owner.ToParsableString());

        await Assert.ThrowsAsync<InvalidDataException>(async () => await grain.Ingest(new Immutable<byte[]>(message[..^1])));
        message[4] ^= 1;
        await Assert.ThrowsAsync<InvalidDataException>(async () => await grain.Ingest(new Immutable<byte[]>(message)));
        Assert.All(_cluster.Addresses, silo => Assert.DoesNotContain(_cluster.Engine(silo).Shards, s => s.Find(key.Id) is { } series && Points.Read(series).Count != 0));
    }
}
