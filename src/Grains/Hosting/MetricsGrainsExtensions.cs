using System.Diagnostics.Metrics;
using Metrics.Core.Cardinality;
using Metrics.Core.Catalog;
using Metrics.Core.Diagnostics;
using Metrics.Core.Files;
using Metrics.Core.Index;
using Metrics.Core.Ingestion;
using Metrics.Core.Maintenance;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Query;
using Metrics.Core.Query.Evaluation;
using Metrics.Core.Query.Planning;
using Metrics.Core.Query.Reading;
using Metrics.Core.Storage;
using Metrics.Core.Wal;
using Metrics.Grains.Ingestion;
using Metrics.Grains.Placement;
using Metrics.Grains.Query;
using Metrics.Grains.Series;
using Metrics.Grains.Shards;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Metrics.Grains.Hosting;

/// <summary>Makes a silo hold series.</summary>
public static class MetricsGrainsExtensions
{
    /// <summary>Adds the storage engine, placement, the write path and the query path. The caller opens them with <see cref="DataSetOpening"/>.</summary>
    public static ISiloBuilder AddMetricsGrains(this ISiloBuilder silo, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(silo);
        var services = silo.Services;
        AddOptions<StorageOptions, StorageOptionsValidator>(services, configuration, StorageOptions.Section);
        AddOptions<WalOptions, WalOptionsValidator>(services, configuration, WalOptions.Section);
        AddOptions<CardinalityOptions, CardinalityOptionsValidator>(services, configuration, CardinalityOptions.Section);
        AddOptions<BlocksOptions, BlocksOptionsValidator>(services, configuration, BlocksOptions.Section);
        AddOptions<CacheOptions, CacheOptionsValidator>(services, configuration, CacheOptions.Section);
        AddOptions<MaintenanceOptions, MaintenanceOptionsValidator>(services, configuration, MaintenanceOptions.Section);
        AddOptions<RetentionOptions, RetentionOptionsValidator>(services, configuration, RetentionOptions.Section);
        AddOptions<QueryOptions, QueryOptionsValidator>(services, configuration, QueryOptions.Section);
        AddOptions<ShardClockOptions, ShardClockOptionsValidator>(services, configuration, ShardClockOptions.Section);

        services.TryAddSingleton<IFileSystem, LocalFileSystem>();
        services.AddMetrics();
        services.AddSingleton(static s => new EngineInstruments(s.GetRequiredService<IMeterFactory>()));
        services.AddSingleton<SymbolTable>();
        services.AddSingleton<CardinalityLimiter>();
        services.AddSingleton<CardinalityMonitor>();
        services.AddSingleton<StorageEngine>();
        AddBlocks(services);
        services.AddSingleton<ITagIndexSource>(static s => s.GetRequiredService<StorageEngine>());
        services.AddSingleton<QueryEvaluator>();
        services.AddSingleton<SeriesListing>();
        services.AddSingleton<SeriesPoints>();
        services.AddSingleton<QueryPlaces>();
        services.AddSingleton<SiloQueries>();
        services.AddSingleton<ActiveSeries>();
        services.AddSingleton<SampleWriter>();
        services.AddSingleton<ISampleWriter>(static s => s.GetRequiredService<SampleWriter>());

        AddResponseTimeout<SiloMessagingOptions>(services);
        AddResponseTimeout<ClientMessagingOptions>(services);

        services.AddSingleton<ShardOwnership>();
        services.AddHostedService(static s => s.GetRequiredService<ShardOwnership>());
        services.AddHostedService<ShardClock>();
        services.AddHostedService<ShardMaintenance>();
        services.AddPlacementDirector<ShardPlacement, ShardPlacementDirector>();
        services.AddPlacementDirector<SiloPlacement, SiloPlacementDirector>();
        return silo;
    }

    /// <summary>Blocks, and what makes and keeps them. Unless the host names an object store, they are in a folder of the data directory.</summary>
    private static void AddBlocks(IServiceCollection services)
    {
        services.TryAddSingleton<IObjectStore>(static s => new FolderObjectStore(
            new ObjectStoreOptions().FolderOf(s.GetRequiredService<StorageEngine>().Directory), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ShardStores>();
        services.AddSingleton<IShardViews>(static s => s.GetRequiredService<ShardStores>());
        services.AddSingleton<IBlockFiles>(static s => s.GetRequiredService<ShardStores>());
        services.AddSingleton<BlockReaders>();
        services.AddSingleton<IReadFilter>(static s => s.GetRequiredService<RetentionPolicies>());
        services.AddSingleton<BlockSource>();
        services.AddSingleton(static s => new MaintenanceInstruments(s.GetRequiredService<IMeterFactory>()));
        services.AddSingleton(static s => ActivatorUtilities.CreateInstance<RetentionPolicies>(s, s.GetRequiredService<StorageEngine>().Directory));
        services.AddSingleton<MaintenanceContext>();
        services.AddSingleton(static s =>
        {
            var ownership = s.GetRequiredService<ShardOwnership>();
            return new StorageMaintenance(s.GetRequiredService<MaintenanceContext>(), shard => ownership.Map.IsLocal(shard));
        });
        services.AddSingleton<SeriesDeletion>();
    }

    /// <summary>Above the time that a query has, so that its caller is told which limit it hit.</summary>
    private static void AddResponseTimeout<TOptions>(IServiceCollection services)
        where TOptions : MessagingOptions => services.AddOptions<TOptions>().Configure<IOptions<QueryOptions>>(static (messaging, query) =>
        {
            var least = query.Value.Timeout + TimeSpan.FromSeconds(5);
            messaging.ResponseTimeout = messaging.ResponseTimeout > least ? messaging.ResponseTimeout : least;
        });

    private static void AddOptions<TOptions, TValidator>(IServiceCollection services, IConfiguration configuration, string section)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        services.AddOptions<TOptions>().Bind(configuration.GetSection(section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TOptions>, TValidator>();
    }
}
