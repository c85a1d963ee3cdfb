using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;
using Metrics.Core.ObjectStorage;

namespace Metrics.ObjectStores.Azure;

/// <summary>What Azure's errors mean. Their messages hold whole responses, so only codes are passed on.</summary>
internal static class AzureErrors
{
    public static bool IsNotFound(RequestFailedException error) => error.Status == 404 && error.ErrorCode != BlobErrorCode.ContainerNotFound;

    public static bool IsConditionFailed(RequestFailedException error) =>
        error.Status == 412 || error.ErrorCode == BlobErrorCode.BlobAlreadyExists || (error.Status == 404 && error.ErrorCode == BlobErrorCode.BlobNotFound);

    public static ObjectStoreException? Translate(Exception error, string description) => error switch
    {
        // Another writer's commit threw the blocks away: the next try meets its blob.
        RequestFailedException { ErrorCode: "InvalidBlockList" or "InvalidBlobOrBlock" } failed => Unavailable(failed),
        RequestFailedException failed when IsTransient(failed.Status) => Unavailable(failed),
        RequestFailedException failed => new ObjectStoreException(
            $"The object store ({description}) refuses with {failed.Status} {failed.ErrorCode}{Advice(failed)}.", failed),
        AuthenticationFailedException => new ObjectStoreException(
            $"The object store ({description}) cannot be signed in to: the process has no identity that works. "
            + "Give it a managed identity, or set Metrics:ObjectStore:Azure:ConnectionString.",
            error),
        HttpRequestException or IOException or OperationCanceledException => new ObjectStoreUnavailableException(
            $"The object store ({description}) cannot be reached: {error.Message}", error),
        AggregateException { InnerException: { } inner } => Translate(inner, description),
        _ => null,
    };

    private static bool IsTransient(int status) => status is 0 or 408 or 429 or >= 500;

    private static string Advice(RequestFailedException error) => error.Status switch
    {
        401 or 403 => ": check the identity's role on the container (Storage Blob Data Contributor), or the key",
        404 => ": create the container, or set Metrics:ObjectStore:Azure:Container",
        _ => "",
    };

    private static ObjectStoreUnavailableException Unavailable(RequestFailedException error) => new(
        error.Status == 0
            ? "The object store cannot be reached."
            : $"The object store is not available: it answered {error.Status} {error.ErrorCode}.",
        error);
}
