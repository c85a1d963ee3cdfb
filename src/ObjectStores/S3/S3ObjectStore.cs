using Amazon.S3;
using Amazon.S3.Model;
using Metrics.Core.ObjectStorage;
using Microsoft.Extensions.Logging;

namespace Metrics.ObjectStores.S3;

/// <summary>
/// Objects of a bucket. Conditions are decided by the store where it does that (Amazon, MinIO); elsewhere under claims, see <see cref="S3Claims"/>.
/// </summary>
public sealed class S3ObjectStore : RemoteObjectStore, IDisposable
{
    private readonly AmazonS3Client _client;
    private readonly string _bucket;
    private readonly S3Upload _upload;
    private readonly S3Conditions _conditions;
    private readonly S3Claims _claims;

    /// <param name="options">Checked ones.</param>
    /// <param name="time">Clock of time limits and of claims.</param>
    /// <param name="logger">Told when the store does not decide conditions.</param>
    public S3ObjectStore(ObjectStoreOptions options, TimeProvider time, ILogger<S3ObjectStore> logger)
        : base(S3Client.Describe(options), options, time)
    {
        _client = S3Client.Create(options);
        _bucket = options.S3.Bucket;
        var marks = new S3Marks(_client, options);
        _upload = new S3Upload(_client, options);
        _conditions = new S3Conditions(_client, _upload, marks, logger);
        _claims = new S3Claims(marks, time, logger);
    }

    public void Dispose()
    {
        _conditions.Dispose();
        _client.Dispose();
    }

    private protected override async Task<ObjectVersion> Put(RemoteWrite write, CancellationToken limit)
    {
        var support = write.IsConditional ? await _conditions.Find(limit) : ConditionSupport.All;
        if (support == ConditionSupport.None)
        {
            await CheckCondition(write, limit);
        }

        // Parts are uploaded first: a condition holds up others for one short request only.
        if (write.Bytes > S3Upload.PartBytes && support != ConditionSupport.SinglePuts)
        {
            var parts = await _upload.Stage(write, limit);
            try
            {
                return await Commit(write, support, (condition, token) => _upload.Complete(parts, condition, token), limit);
            }
            catch
            {
                await _upload.Abort(parts);
                throw;
            }
        }

        return await Commit(write, support, (condition, token) => _upload.Put(write, condition, token), limit);
    }

    private protected override async Task<StoredObject?> Get(string name, string key, int maxBytes, CancellationToken limit)
    {
        try
        {
            using var found = await _client.GetObjectAsync(_bucket, key, limit);
            if (found.ContentLength > maxBytes)
            {
                throw TooLarge(name, found.ContentLength, maxBytes);
            }

            var content = await ReadAll(found.ResponseStream, (int)found.ContentLength, limit);
            return new StoredObject(content, S3Upload.Version(found.ETag));
        }
        catch (AmazonS3Exception error) when (S3Errors.IsNotFound(error))
        {
            return null;
        }
    }

    private protected override async Task<int> Read(string name, string key, long offset, Memory<byte> destination, CancellationToken limit)
    {
        try
        {
            var range = new ByteRange(offset, offset + Math.Max(1, destination.Length) - 1);
            var request = new GetObjectRequest { BucketName = _bucket, Key = key, ByteRange = range };
            using var found = await _client.GetObjectAsync(request, limit);

            // An empty object has no range. Some stores promise a byte of it all the same, which never comes.
            if (found.ContentRange?.EndsWith("/0", StringComparison.Ordinal) == true)
            {
                return 0;
            }

            return await found.ResponseStream.ReadAtLeastAsync(destination, destination.Length, throwOnEndOfStream: false, limit);
        }
        catch (AmazonS3Exception error) when (S3Errors.IsNotFound(error))
        {
            throw new ObjectNotFoundException(name);
        }
        catch (AmazonS3Exception error) when (error.ErrorCode == "InvalidRange")
        {
            return 0;
        }
    }

    private protected override async Task<RemotePage> List(string keyPrefix, string? from, CancellationToken limit)
    {
        var request = new ListObjectsV2Request { BucketName = _bucket, Prefix = keyPrefix, ContinuationToken = from };
        var page = await _client.ListObjectsV2Async(request, limit);
        return new RemotePage(
            [.. (page.S3Objects ?? []).Select(static o => (o.Key, o.Size ?? 0))], page.IsTruncated == true ? page.NextContinuationToken : null);
    }

    private protected override Task Delete(string key, CancellationToken limit) => _client.DeleteObjectAsync(_bucket, key, limit);

    private protected override ObjectStoreException? Translate(Exception error) => S3Errors.Translate(error, Description);

    private async Task<ObjectVersion> Commit(
        RemoteWrite write, ConditionSupport support, Func<PutCondition, CancellationToken, Task<ObjectVersion>> request, CancellationToken limit)
    {
        if (support == ConditionSupport.None)
        {
            return await _claims.Run(
                write.Name,
                async held => await CheckCondition(write, held) ?? await request(PutCondition.None, held),
                limit);
        }

        try
        {
            return await request(write.Condition, limit);
        }
        catch (AmazonS3Exception error) when (write.IsConditional && S3Errors.IsConditionFailed(error))
        {
            return await _upload.Current(write.Key, limit) is { } current && current.Id == write.Id
                ? current.Version
                : throw new ConditionFailedException(write.Name);
        }
    }

    /// <returns>The version of this write, when an earlier try of it has succeeded after all.</returns>
    private async Task<ObjectVersion?> CheckCondition(RemoteWrite write, CancellationToken limit)
    {
        var current = await _upload.Current(write.Key, limit);
        if (current is { } found && found.Id == write.Id)
        {
            return found.Version;
        }

        var holds = write.Condition.IfAbsent ? current is null : current?.Version == write.Condition.IfMatch;
        return holds ? null : throw new ConditionFailedException(write.Name);
    }
}
