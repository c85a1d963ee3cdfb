using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Metrics.Gateway.Storage;

/// <summary>The storage API: status, deletion, retention.</summary>
internal static class StorageRegistration
{
    public static IServiceCollection AddStorageApi(this IServiceCollection services)
    {
        services.TryAddSingleton<StorageClient>();
        services.TryAddSingleton<DeletionRequestParser>();
        services.TryAddSingleton<RetentionPolicyParser>();
        return services;
    }
}
