using Metrics.Core.ObjectStorage;
using Metrics.ObjectStores.Azure;
using Metrics.ObjectStores.S3;
using Microsoft.Extensions.Logging;

namespace Metrics.ObjectStores;

/// <summary>Makes the store that the settings name. Nothing is connected to before the first operation.</summary>
public static class ObjectStoreFactory
{
    /// <param name="options">Checked ones.</param>
    /// <param name="dataPath">Directory of the data set, for a folder store that has no path of its own.</param>
    /// <param name="time">Clock of time limits.</param>
    /// <param name="loggers">Where warnings of the stores go.</param>
    /// <exception cref="ObjectStoreException">A setting cannot be used; the message says which.</exception>
    public static IObjectStore Create(ObjectStoreOptions options, string dataPath, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Kind switch
        {
            ObjectStoreKind.Azure => new AzureObjectStore(options, time),
            ObjectStoreKind.S3 => new S3ObjectStore(options, time, loggers.CreateLogger<S3ObjectStore>()),
            _ => new FolderObjectStore(options.FolderOf(dataPath), time, options.Timeout, logger: loggers.CreateLogger<FolderObjectStore>()),
        };
    }
}
