using System.Net;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Status;
using Metrics.Core.Storage;
using Metrics.Dashboard;
using Metrics.Gateway.Ingestion;
using Metrics.Gateway.Problems;
using Metrics.Gateway.Query;
using Metrics.Gateway.Status;
using Metrics.Grains.Hosting;
using Metrics.ObjectStores;
using Metrics.Silo.SelfMonitoring;
using Metrics.Silo.Settings;
using Metrics.Silo.Telemetry;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Metrics.Silo.Hosting;

/// <summary>The whole product in one process: silo, edges, dashboard, self-monitoring.</summary>
public static class SiloApplication
{
    public const string DefaultUrl = "http://127.0.0.1:8080";

    /// <summary>Composes the process; its data directory is taken, nothing is started.</summary>
    public static WebApplication Build(string[] args)
    {
        // Settings files lie beside the program; data lies where it is started.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        KnownSettings.Check(builder.Configuration);
        KnownSettings.CheckCommandLine(args);
        LogLevels.Check(builder.Configuration);
        if (builder.Configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } urls)
        {
            ListenAddresses.Check(urls);
        }
        else
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        // Run from the build output, pages and scripts of referenced packages are found through a manifest.
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
        builder.Logging.AddMetricsLogging();
        AddServices(builder);
        builder.Host.UseOrleans(silo => AddOrleans(silo, builder.Configuration));

        var app = builder.Build();
        CheckAllOptions(app.Services);
        app.Services.GetRequiredService<StorageEngine>().Acquire();
        ClusterPorts.Check(app.Services.GetRequiredService<IOptions<MetricsClusterOptions>>().Value);
        MapEverything(app);
        return app;
    }

    private static void AddServices(WebApplicationBuilder builder)
    {
        var (services, configuration) = (builder.Services, builder.Configuration);
#pragma warning disable RS0030 // The composition root is where the system clock is named.
        services.AddSingleton(TimeProvider.System);
#pragma warning restore RS0030
        services.AddOptions<MetricsClusterOptions>().Bind(configuration.GetSection(MetricsClusterOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<MetricsClusterOptions>, MetricsClusterOptionsValidator>();

        // A listening server with a page that says how far the replay is beats one that does not answer.
        services.Configure<ObjectStoreOptions>(configuration.GetSection(ObjectStoreOptions.Section));
        services.AddObjectStore();
        services.AddHostedService<StorageStartup>();
        services.AddSingleton<IReadiness, StorageReadiness>();
        services.AddMetricsIngestion(configuration);
        services.AddMetricsQueryApi(configuration);
        services.AddMetricsDashboard();
        services.AddSelfMonitoring(configuration);
        services.AddMetricsTelemetry();
        services.AddHostedService<StartBanner>();
        services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
    }

    private static void AddOrleans(ISiloBuilder silo, ConfigurationManager configuration)
    {
        var cluster = configuration.GetSection(MetricsClusterOptions.Section).Get<MetricsClusterOptions>() ?? new MetricsClusterOptions();
        silo.UseLocalhostClustering(cluster.SiloPort, cluster.GatewayPort, serviceId: "metrics", clusterId: "metrics");
        silo.AddMetricsGrains(configuration);
        silo.Configure<EndpointOptions>(options =>
        {
            options.SiloListeningEndpoint = new IPEndPoint(IPAddress.Loopback, cluster.SiloPort);
            options.GatewayListeningEndpoint = new IPEndPoint(IPAddress.Loopback, cluster.GatewayPort);
        });
    }

    /// <summary>Every wrong setting is found before anything is opened.</summary>
    private static void CheckAllOptions(IServiceProvider services) => services.GetRequiredService<IStartupValidator>().Validate();

    private static void MapEverything(WebApplication app)
    {
        app.UseMetricsProblems();
        app.UseMetricsReadiness();
        app.MapMetricsIngestion();
        app.MapMetricsQueryApi();
        app.MapMetricsTelemetry();
        app.MapMetricsDashboard();
    }
}
