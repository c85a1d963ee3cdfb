using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Grains.Interfaces.Series;
using Metrics.Grains.Placement;
using Metrics.Grains.Series;
using Metrics.Grains.Tests.Support;

namespace Metrics.Grains.Tests.Series;

[Collection(SharedCluster.Collection)]
public sealed class SeriesGrainTests(SharedCluster shared)
{
    private readonly MetricsCluster _cluster = shared.Cluster;

    [Fact]
    public async Task A_client_appends_to_a_series_on_its_owner_reads_it_and_sees_what_it_is()
    {
        foreach (var owner in _cluster.Addresses)
        {
            var key = _cluster.KeysOwnedBy(owner, "series.append", 1)[0];
            var grain = Grain(key);
            Sample[] samples = [new(Points.StartMs + 1000, 2), new(Points.StartMs, double.NaN), new(0, 1)];

            Assert.Equal(2, await grain.Append(key, samples));
            var read = await grain.Query(Points.StartMs, Points.StartMs + 2000);
            Assert.Equal([new(Points.StartMs, double.NaN), new(Points.StartMs + 1000, 2)], read);
            Assert.Equal([new(Points.StartMs, double.NaN)], await grain.Query(long.MinValue, Points.StartMs + 1000));

            var described = await grain.Describe();
            Assert.NotNull(described);
            Assert.Equal((key, key.Id.Shard(16), owner.ToParsableString()), (described.Key, described.Shard, described.Silo));
            Assert.Equal((2, Points.StartMs, Points.StartMs + 1000), (described.Samples, described.OldestMs, described.NewestMs));
            Assert.All(_cluster.Addresses, silo => Assert.Equal(silo.Equals(owner), _cluster.Get<ActiveSeries>(silo).Contains(key.Id)));
        }
    }

    [Fact]
    public async Task What_a_grain_refuses_is_counted_by_reason()
    {
        var counted = new ConcurrentBag<(long Count, object? Reason)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, self) =>
            {
                if (instrument.Name == "metrics.engine.rejected")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => counted.Add((count, tags[0].Value)));
        listener.Start();
        var key = SeriesKey.Create("series.refused");

        Assert.Equal(1, await Grain(key).Append(key, [new Sample(Points.StartMs, 1), new Sample(0, 1), new Sample(1L << 50, 1)]));

        Assert.Contains((1, "too_old"), counted);
        Assert.Contains((1, "too_far_ahead"), counted);
    }

    [Fact]
    public void Series_have_no_directory_entry()
    {
        Assert.False(ShardPlacement.Singleton.IsUsingGrainDirectory);
        Assert.False(SiloPlacement.Singleton.IsUsingGrainDirectory);
    }

    [Fact]
    public async Task The_grain_sees_what_the_fast_lane_appends_and_the_other_way_round()
    {
        var key = _cluster.KeysOwnedBy(_cluster.Addresses[1], "series.lanes", 1)[0];
        await Points.WriteAsync(_cluster.Writer(_cluster.Addresses[0]), [key], 1, 5);
        Assert.Equal([new(Points.StartMs, 5)], await Grain(key).Query(Points.StartMs, Points.StartMs + 1));

        await Grain(key).Append(key, new[] { new Sample(Points.StartMs + 1, 6) });
        Assert.Equal(2, Points.Read(_cluster.Engine(_cluster.Addresses[1]).Find(key.Id)!).Count);
    }

    [Fact]
    public async Task A_series_that_was_never_written_is_nothing_and_leaves_nothing()
    {
        var key = SeriesKey.Create("series.never");

        Assert.Null(await Grain(key).Describe());
        Assert.Empty(await Grain(key).Query(long.MinValue, long.MaxValue));
        await Eventually.TrueAsync(
            () => _cluster.Addresses.All(a => !_cluster.Get<ActiveSeries>(a).Contains(key.Id)), "the activation is gone");
        Assert.All(_cluster.Addresses, silo => Assert.Null(_cluster.Engine(silo).Find(key.Id)));
    }

    [Fact]
    public async Task A_key_of_another_series_is_refused()
    {
        var grain = Grain(SeriesKey.Create("series.right"));

        await Assert.ThrowsAsync<ArgumentException>(async () => await grain.Append(SeriesKey.Create("series.wrong"), new[] { new Sample(Points.StartMs, 1) }));
    }

    [Fact]
    public async Task A_new_series_beyond_the_limits_is_refused_with_the_reason()
    {
        const string Metric = "series.explodes";
        var owner = _cluster.Addresses[1];
        var keys = _cluster.KeysOwnedBy(owner, Metric, SharedCluster.MaxSeriesPerMetric + 1);
        await Points.WriteAsync(_cluster.Writer(owner), keys[..^1], 1);

        var e = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await Grain(keys[^1]).Append(keys[^1], new[] { new Sample(Points.StartMs, 1) }));
        Assert.Contains($"metric {Metric} has {SharedCluster.MaxSeriesPerMetric} series", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_range_of_too_many_points_is_refused_by_name()
    {
        var key = _cluster.KeysOwnedBy(_cluster.Addresses[0], "series.long", 1)[0];
        await Points.WriteAsync(_cluster.Writer(_cluster.Addresses[1]), [key], 1);
        var writer = _cluster.Writer(_cluster.Addresses[0]);
        using var batch = writer.CreateBatch();
        for (var i = 0; i < 25_000; i++)
        {
            batch.Add(Points.WireKeyOf(key), key, Points.StartMs + (i * 100L), i);
        }

        await writer.WriteAsync(batch, TestContext.Current.CancellationToken);
        var e = await Assert.ThrowsAsync<QueryLimitException>(async () => await Grain(key).Query(long.MinValue, long.MaxValue));
        Assert.Equal("Metrics:Query:MaxPoints", e.Limit);
    }

    private ISeriesGrain Grain(SeriesKey key) => _cluster.Client.GetGrain<ISeriesGrain>(key.Id.ToGuid());
}
