using Azure.Identity;
using Azure.Storage.Blobs;
using Metrics.Core.ObjectStorage;

namespace Metrics.ObjectStores.Azure;

/// <summary>Azure's client, as the settings want it.</summary>
internal static class AzureClient
{
    /// <exception cref="ObjectStoreException">The connection string is none.</exception>
    public static BlobContainerClient Create(ObjectStoreOptions options)
    {
        var azure = options.Azure;

        // Tries are repeated by the caller, who knows the time limit of the whole operation.
        var client = new BlobClientOptions { Retry = { MaxRetries = 0, NetworkTimeout = options.Timeout } };
        if (azure.ConnectionString.Length == 0)
        {
            var identity = new DefaultAzureCredentialOptions { ExcludeInteractiveBrowserCredential = true };
            if (azure.ClientId.Length > 0)
            {
                identity.ManagedIdentityClientId = azure.ClientId;
                identity.WorkloadIdentityClientId = azure.ClientId;
            }

            return new BlobServiceClient(new Uri(azure.ServiceUri), new DefaultAzureCredential(identity), client).GetBlobContainerClient(azure.Container);
        }

        try
        {
            return new BlobContainerClient(azure.ConnectionString, azure.Container, client);
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            // The error quotes parts of what may be a key.
            throw new ObjectStoreException($"{ObjectStoreOptions.Section}:Azure:ConnectionString is no connection string; copy it from the storage account's access keys.");
        }
    }

    /// <summary>Where it is, without the signature that an address may have.</summary>
    public static string Describe(BlobContainerClient container, ObjectStoreOptions options)
    {
        var address = container.Uri.GetLeftPart(UriPartial.Path);
        return options.Prefix.Length == 0 ? $"Azure container {address}" : $"Azure container {address}, below {options.Prefix}";
    }
}
