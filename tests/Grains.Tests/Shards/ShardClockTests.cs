using Metrics.Core.Model;
using Metrics.Grains.Interfaces.Series;
using Metrics.Grains.Series;
using Metrics.Grains.Shards;
using Metrics.Grains.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Metrics.Grains.Tests.Shards;

public sealed class ShardClockTests
{
    private static readonly ShardClockOptions Fast = new()
    {
        SealInterval = TimeSpan.FromSeconds(1),
        ActivationsPerSecond = 5,
        MaxActive = 12,
        IdleAfter = TimeSpan.FromHours(5),
    };

    [Fact]
    public async Task Series_are_sealed_activated_at_a_bounded_rate_up_to_the_limit_and_released_when_idle()
    {
        await using var cluster = await MetricsCluster.StartAsync(1, ("Metrics:Shards", "1"));
        var silo = cluster.Addresses[0];
        var (engine, active) = (cluster.Engine(silo), cluster.Get<ActiveSeries>(silo));
        var keys = Enumerable.Range(0, 20).Select(static i => SeriesKey.Create("clock", new Tag("n", $"{i}"))).ToList();
        await Points.WriteAsync(cluster.Writer(silo), keys, 2);
        var time = new ClockTime(cluster.Get<TimeProvider>(silo).GetUtcNow());
        using var clock = await StartAsync(cluster, silo, time);

        foreach (var expected in new[] { 5, 10, 12 })
        {
            await TickAsync();
            await Eventually.TrueAsync(() => active.Count == expected, $"{expected} series are active");
        }

        await TickAsync();
        await TickAsync();
        Assert.Equal(12, active.Count);

        time.Advance(TimeSpan.FromHours(6));
        await Eventually.TrueAsync(() => active.Count == 0, "idle series are released");
        Assert.All(keys, key => Assert.Equal(2, Points.Read(engine.Find(key.Id)!).Count));
        Assert.Equal(2, (await cluster.Client.GetGrain<ISeriesGrain>(keys[0].Id.ToGuid()).Query(0, long.MaxValue)).Count);
        await clock.StopAsync(TestContext.Current.CancellationToken);

        // A late sample that replaces another counts twice until the shard is sealed: that is how a test sees it.
        async Task TickAsync()
        {
            await Points.WriteAsync(cluster.Writer(silo), keys[..1], 1, time.GetUtcNow().ToUnixTimeMilliseconds());
            Assert.Equal(3, engine.Find(keys[0].Id)!.GetStatistics().Samples);
            time.Advance(TimeSpan.FromSeconds(1));
            await Eventually.TrueAsync(() => engine.Find(keys[0].Id)!.GetStatistics().Samples == 2, "the shard is sealed");
        }
    }

    [Fact]
    public async Task Activations_end_where_the_shard_no_longer_is()
    {
        await using var cluster = await MetricsCluster.StartAsync(1);
        var first = cluster.Addresses[0];
        var keys = Enumerable.Range(0, 40).Select(static i => SeriesKey.Create("clock.moved", new Tag("n", $"{i}"))).ToList();
        await Points.WriteAsync(cluster.Writer(first), keys, 1);
        var grains = keys.ConvertAll(key => cluster.Client.GetGrain<ISeriesGrain>(key.Id.ToGuid()));
        await Task.WhenAll(grains.Select(static g => g.Describe().AsTask()));
        var active = cluster.Get<ActiveSeries>(first);
        Assert.Equal(40, active.Count);

        await cluster.AddSiloAsync();
        var staying = keys.Where(key => cluster.OwnerOf(key).Equals(first)).Select(static k => k.Id).ToHashSet();
        Assert.InRange(staying.Count, 1, 39);
        var time = new ClockTime(cluster.Get<TimeProvider>(first).GetUtcNow());
        using var clock = await StartAsync(cluster, first, time);
        time.Advance(TimeSpan.FromSeconds(1));

        await Eventually.TrueAsync(() => active.Ids.ToHashSet().SetEquals(staying), "the series of the other silo are let go");
        await clock.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Settings_out_of_range_are_refused_by_name()
    {
        var validator = new ShardClockOptionsValidator();

        Assert.True(validator.Validate(null, new ShardClockOptions()).Succeeded);
        Refused(nameof(ShardClockOptions.SealInterval), static o => o.SealInterval = TimeSpan.Zero);
        Refused(nameof(ShardClockOptions.SealInterval), static o => o.SealInterval = TimeSpan.FromHours(2));
        Refused(nameof(ShardClockOptions.ActivationsPerSecond), static o => o.ActivationsPerSecond = -1);
        Refused(nameof(ShardClockOptions.MaxActive), static o => o.MaxActive = 10_000_001);
        Refused(nameof(ShardClockOptions.IdleAfter), static o => o.IdleAfter = TimeSpan.FromDays(2));

        void Refused(string setting, Action<ShardClockOptions> change)
        {
            var options = new ShardClockOptions();
            change(options);
            var failure = Assert.Single(validator.Validate(null, options).Failures!);
            Assert.Contains($"Metrics:Series:{setting} is", failure, StringComparison.Ordinal);
            Assert.Contains("set it between", failure, StringComparison.Ordinal);
        }
    }

    private static async Task<ShardClock> StartAsync(MetricsCluster cluster, SiloAddress silo, ClockTime time)
    {
        var clock = ActivatorUtilities.CreateInstance<ShardClock>(cluster.Services(silo), Options.Create(Fast), time);
        await clock.StartAsync(TestContext.Current.CancellationToken);
        await time.TimerMade;
        return clock;
    }
}
