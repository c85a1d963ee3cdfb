using System.Diagnostics.Metrics;
using Metrics.Core.Ingestion;
using Metrics.Silo.SelfMonitoring.Instruments;
using Metrics.Silo.SelfMonitoring.Linux;
using Metrics.Silo.SelfMonitoring.Runtime;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Metrics.Silo.SelfMonitoring;

public static class SelfMonitoringServiceCollectionExtensions
{
    /// <summary>
    /// Records the host and this server each second. Needs an <see cref="ISampleWriter"/> and a <see cref="TimeProvider"/>
    /// among the services.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The whole configuration; the section <see cref="SelfMonitoringOptions.Section"/> is read.</param>
    public static IServiceCollection AddSelfMonitoring(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(SelfMonitoringOptions.Section);
        services.AddOptions<SelfMonitoringOptions>().Bind(section).ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<SelfMonitoringOptions>, SelfMonitoringOptionsValidator>());
        if (!section.GetValue(nameof(SelfMonitoringOptions.Enabled), true))
        {
            return services;
        }

        services.AddMetrics();
        services.AddSingleton(new HostSeries(Environment.MachineName));
        if (OperatingSystem.IsLinux())
        {
            services.AddSingleton(new ProcRoot("/"));
            services.AddSingleton<IMonitorSource, CpuSource>();
            services.AddSingleton<IMonitorSource, MemorySource>();
            services.AddSingleton<IMonitorSource, LoadSource>();
            services.AddSingleton<IMonitorSource, DiskSource>();
            services.AddSingleton<IMonitorSource, NetworkSource>();
            services.AddSingleton<IMountTable, LinuxMountTable>();
        }
        else
        {
            services.AddSingleton<IMountTable, DriveTable>();
        }

        services.AddSingleton<IMonitorSource, FilesystemSource>();
        services.AddSingleton<IMonitorSource, ProcessSource>();
        services.AddSingleton<IMonitorSource, GcSource>();
        services.AddSingleton(static provider => new InstrumentReader(ServerMetrics.Table, provider.GetRequiredService<IMeterFactory>()));
        services.AddSingleton<IMonitorSource, InstrumentSource>();
        services.AddSingleton<HostRecorder>();
        services.AddHostedService<SelfMonitor>();
        return services;
    }
}
