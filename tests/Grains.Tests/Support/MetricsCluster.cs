using Metrics.Core.Catalog;
using Metrics.Core.Ingestion;
using Metrics.Core.Maintenance;
using Metrics.Core.Model;
using Metrics.Core.Storage;
using Metrics.Grains.Hosting;
using Metrics.Grains.Ingestion;
using Metrics.Grains.Placement;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace Metrics.Grains.Tests.Support;

/// <summary>Silos in this process, each with a data directory of its own, and a client that is none of them.</summary>
public sealed class MetricsCluster : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("metrics-grains-").FullName;
    private readonly InProcessTestCluster _cluster;

    private MetricsCluster(int silos, Dictionary<string, string?> settings)
    {
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.ConfigureSilo((options, silo) =>
        {
            var own = new Dictionary<string, string?>(settings) { ["Metrics:DataPath"] = Path.Combine(_directory, options.SiloName) };
            silo.AddMetricsGrains(new ConfigurationBuilder().AddInMemoryCollection(own).Build());
            silo.Configure<ClusterMembershipOptions>(static membership =>
            {
                membership.ProbeTimeout = TimeSpan.FromSeconds(1);
                membership.NumMissedProbesLimit = 2;
            });
        });
        _cluster = builder.Build();
    }

    public IReadOnlyList<SiloAddress> Addresses => [.. _cluster.Silos.Select(static s => s.SiloAddress)];

    /// <summary>What an external client sees.</summary>
    public IGrainFactory Client => _cluster.Client;

    public IServiceProvider ClientServices => _cluster.Client.ServiceProvider;

    public static async Task<MetricsCluster> StartAsync(int silos, params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            // The clocks of the silos stand still: what a test wants to happen, it makes happen.
            ["Metrics:Series:ActivationsPerSecond"] = "0",
            ["Metrics:Series:SealInterval"] = "01:00:00",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        var cluster = new MetricsCluster(silos, all);
        await cluster._cluster.DeployAsync(TestContext.Current.CancellationToken);
        foreach (var address in cluster.Addresses)
        {
            await cluster.OpenAsync(address);
        }

        await cluster.WaitForMembersAsync(silos);
        return cluster;
    }

    public T Get<T>(SiloAddress silo)
        where T : notnull => _cluster.GetSiloServiceProvider(silo).GetRequiredService<T>();

    public IServiceProvider Services(SiloAddress silo) => _cluster.GetSiloServiceProvider(silo);

    public StorageEngine Engine(SiloAddress silo) => Get<StorageEngine>(silo);

    internal SampleWriter Writer(SiloAddress silo) => (SampleWriter)Get<ISampleWriter>(silo);

    public IGrainFactory GrainsOf(SiloAddress silo) => Get<IGrainFactory>(silo);

    public SiloAddress OwnerOf(SeriesKey key)
    {
        var map = Get<ShardOwnership>(Addresses[0]).Map;
        return map.OwnerOf(key.Id.Shard(map.ShardCount));
    }

    /// <summary>So many series of a metric whose shards a silo owns.</summary>
    public List<SeriesKey> KeysOwnedBy(SiloAddress silo, string metric, int count) =>
        [.. Enumerable.Range(0, 100_000).Select(i => SeriesKey.Create(metric, new Tag("n", $"{i}"))).Where(k => OwnerOf(k).Equals(silo)).Take(count)];

    public async Task<SiloAddress> AddSiloAsync()
    {
        var silo = await _cluster.StartAdditionalSiloAsync();
        await OpenAsync(silo.SiloAddress);
        await WaitForMembersAsync(_cluster.Silos.Count);
        return silo.SiloAddress;
    }

    /// <summary>Ends a silo without letting it say goodbye.</summary>
    public Task KillAsync(SiloAddress silo) => _cluster.KillSiloAsync(_cluster.Silos.Single(s => s.SiloAddress.Equals(silo)));

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private Task OpenAsync(SiloAddress silo) =>
        DataSetOpening.OpenAsync(Engine(silo), Get<ShardStores>(silo), TestContext.Current.CancellationToken);

    private Task WaitForMembersAsync(int silos) => Eventually.TrueAsync(
        () => Addresses.All(a => Get<ShardOwnership>(a).Map.Silos.Count == silos), "every silo sees all of them");
}
