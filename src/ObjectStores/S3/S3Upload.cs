using Amazon.S3;
using Amazon.S3.Model;
using Metrics.Core.ObjectStorage;

namespace Metrics.ObjectStores.S3;

/// <summary>The requests that write an object: one, or a multipart upload whose last request makes it an object.</summary>
internal sealed class S3Upload(IAmazonS3 client, ObjectStoreOptions options)
{
    public const int PartBytes = 8 * 1024 * 1024;

    private const string IdKey = "x-amz-meta-" + RemoteWrite.IdKey;

    private readonly string _bucket = options.S3.Bucket;

    // Signed chunks are not what every store reads; a plain body with a signed hash is.
    private readonly bool _chunked = options.S3.ServiceUrl.Length == 0;

    public async Task<ObjectVersion> Put(RemoteWrite write, PutCondition condition, CancellationToken limit)
    {
        var request = new PutObjectRequest
        {
            BucketName = _bucket,
            Key = write.Key,
            InputStream = new ContentWindow(write.Content, write.Start, write.Bytes),
            UseChunkEncoding = _chunked,
            IfNoneMatch = condition.IfAbsent ? "*" : null,
            IfMatch = condition.IfMatch?.Value,
        };
        request.Metadata[IdKey] = write.Id;
        return Version((await client.PutObjectAsync(request, limit)).ETag);
    }

    /// <summary>Uploads the parts; nothing is an object yet.</summary>
    public async Task<S3Parts> Stage(RemoteWrite write, CancellationToken limit)
    {
        var begin = new InitiateMultipartUploadRequest { BucketName = _bucket, Key = write.Key };
        begin.Metadata[IdKey] = write.Id;
        var parts = new S3Parts(write.Key, (await client.InitiateMultipartUploadAsync(begin, limit)).UploadId, []);
        try
        {
            for (long offset = 0; offset < write.Bytes; offset += PartBytes)
            {
                var bytes = Math.Min(PartBytes, write.Bytes - offset);
                var part = await client.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = _bucket,
                        Key = write.Key,
                        UploadId = parts.UploadId,
                        PartNumber = parts.Tags.Count + 1,
                        InputStream = new ContentWindow(write.Content, write.Start + offset, bytes),
                        PartSize = bytes,
                        UseChunkEncoding = _chunked,
                    },
                    limit);
                parts.Tags.Add(new PartETag(parts.Tags.Count + 1, part.ETag));
            }
        }
        catch
        {
            await Abort(parts);
            throw;
        }

        return parts;
    }

    public async Task<ObjectVersion> Complete(S3Parts parts, PutCondition condition, CancellationToken limit)
    {
        var answer = await client.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest
            {
                BucketName = _bucket,
                Key = parts.Key,
                UploadId = parts.UploadId,
                PartETags = parts.Tags,
                IfNoneMatch = condition.IfAbsent ? "*" : null,
                IfMatch = condition.IfMatch?.Value,
            },
            limit);
        return Version(answer.ETag);
    }

    /// <summary>Gives the parts up. When that fails too they stay until the bucket's own rule for unfinished uploads.</summary>
    public async Task Abort(S3Parts parts)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await client.AbortMultipartUploadAsync(_bucket, parts.Key, parts.UploadId, limit.Token);
        }
        catch (Exception error) when (S3Errors.Translate(error, "") is not null)
        {
            // What it is given up for is what the caller hears of.
        }
    }

    /// <summary>The version of the object, and the id of the write that made it; null when there is none.</summary>
    public async Task<(ObjectVersion Version, string? Id)?> Current(string key, CancellationToken limit)
    {
        try
        {
            var found = await client.GetObjectMetadataAsync(_bucket, key, limit);
            return (Version(found.ETag), found.Metadata[IdKey]);
        }
        catch (AmazonS3Exception error) when (S3Errors.IsNotFound(error))
        {
            return null;
        }
    }

    /// <exception cref="IOException">The store told none: its answer was cut off.</exception>
    public static ObjectVersion Version(string? tag) =>
        tag?.Trim('"') is { Length: > 0 } value ? new($"\"{value}\"") : throw new IOException("The answer has no version (ETag).");
}

/// <summary>A multipart upload that is no object yet.</summary>
internal sealed record S3Parts(string Key, string UploadId, List<PartETag> Tags);
