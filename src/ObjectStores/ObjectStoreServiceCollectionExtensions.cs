using Metrics.Core.ObjectStorage;
using Metrics.Core.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Metrics.ObjectStores;

/// <summary>Registration of the object store.</summary>
public static class ObjectStoreServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IObjectStore"/> as <see cref="ObjectStoreOptions"/> say. Needs a <see cref="TimeProvider"/> and logging; the options are to be
    /// bound to their section by the host.
    /// </summary>
    public static IServiceCollection AddObjectStore(this IServiceCollection services)
    {
        services.AddOptions<ObjectStoreOptions>().ValidateOnStart();
        services.AddSingleton<IValidateOptions<ObjectStoreOptions>, ObjectStoreOptionsValidator>();
        return services.AddSingleton(static provider => ObjectStoreFactory.Create(
            provider.GetRequiredService<IOptions<ObjectStoreOptions>>().Value,
            provider.GetRequiredService<IOptions<StorageOptions>>().Value.DataPath,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
    }
}
