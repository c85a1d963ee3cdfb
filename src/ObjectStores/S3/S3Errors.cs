using System.Net;
using System.Xml;
using Amazon.Runtime;
using Amazon.S3;
using Metrics.Core.ObjectStorage;

namespace Metrics.ObjectStores.S3;

/// <summary>What errors of S3 mean.</summary>
internal static class S3Errors
{
    public static bool IsNotFound(AmazonS3Exception error) => error.StatusCode == HttpStatusCode.NotFound && error.ErrorCode is not ("NoSuchBucket" or "NoSuchUpload");

    /// <summary>A put under a condition is refused: the object is another, or it is not there.</summary>
    public static bool IsConditionFailed(AmazonS3Exception error) => error.StatusCode == HttpStatusCode.PreconditionFailed || IsNotFound(error);

    /// <summary>The store does not know conditions on writes.</summary>
    public static bool IsNotImplemented(AmazonS3Exception error) =>
        error.StatusCode == HttpStatusCode.NotImplemented || error.ErrorCode is "NotImplemented" or "InvalidArgument" or "InvalidRequest";

    public static ObjectStoreException? Translate(Exception error, string description) => error switch
    {
        // 409: two conditional writes met; the next try sees what came of it.
        AmazonServiceException failed when IsTransient(failed) => new ObjectStoreUnavailableException(
            (int)failed.StatusCode == 0
                ? $"The object store ({description}) cannot be reached."
                : $"The object store ({description}) is not available: it answered {(int)failed.StatusCode} {failed.ErrorCode}.",
            failed),
        AmazonServiceException failed => new ObjectStoreException(
            $"The object store ({description}) refuses with {(int)failed.StatusCode} {failed.ErrorCode}{Advice(failed)}.", failed),
        HttpRequestException or IOException or WebException or XmlException or OperationCanceledException => new ObjectStoreUnavailableException(
            $"The object store ({description}) cannot be reached or answers with half of an answer: {error.Message}", error),
        AmazonClientException => new ObjectStoreException(
            $"The object store ({description}) cannot be used: {error.Message} "
            + "Set Metrics:ObjectStore:S3:AccessKey and SecretKey, or give the process a role.",
            error),
        _ => null,
    };

    private static bool IsTransient(AmazonServiceException error) =>
        (int)error.StatusCode is 0 or 408 or 409 or 429 or >= 500 || error.ErrorCode is "SlowDown" or "RequestTimeout" or "NoSuchUpload";

    private static string Advice(AmazonServiceException error) => (int)error.StatusCode switch
    {
        401 or 403 => ": check the key and what its policy allows on the bucket",
        404 => ": create the bucket, or set Metrics:ObjectStore:S3:Bucket",
        301 or 307 => ": set Metrics:ObjectStore:S3:Region to the bucket's",
        _ => "",
    };
}
