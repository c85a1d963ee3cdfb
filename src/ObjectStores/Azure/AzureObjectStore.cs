using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Metrics.Core.ObjectStorage;

namespace Metrics.ObjectStores.Azure;

/// <summary>Objects as block blobs of a container. Conditions are Azure's own, decided by the service.</summary>
public sealed class AzureObjectStore : RemoteObjectStore
{
    private readonly BlobContainerClient _container;
    private readonly AzureUpload _upload;

    /// <param name="options">Checked ones.</param>
    /// <param name="time">Clock of time limits.</param>
    public AzureObjectStore(ObjectStoreOptions options, TimeProvider time)
        : this(AzureClient.Create(options), options, time)
    {
    }

    private AzureObjectStore(BlobContainerClient container, ObjectStoreOptions options, TimeProvider time)
        : base(AzureClient.Describe(container, options), options, time)
    {
        _container = container;
        _upload = new AzureUpload(container);
    }

    private protected override async Task<ObjectVersion> Put(RemoteWrite write, CancellationToken limit)
    {
        try
        {
            return await _upload.Put(write, limit);
        }
        catch (RequestFailedException error) when (AzureErrors.IsConditionFailed(error))
        {
            return await OwnWrite(write, limit) ?? throw new ConditionFailedException(write.Name);
        }
    }

    private protected override async Task<StoredObject?> Get(string name, string key, int maxBytes, CancellationToken limit)
    {
        try
        {
            var answer = await _container.GetBlobClient(key).DownloadStreamingAsync(cancellationToken: limit);
            using var download = answer.Value;
            if (download.Details.ContentLength > maxBytes)
            {
                throw TooLarge(name, download.Details.ContentLength, maxBytes);
            }

            var content = await ReadAll(download.Content, (int)download.Details.ContentLength, limit);
            return new StoredObject(content, new ObjectVersion(download.Details.ETag.ToString("G")));
        }
        catch (RequestFailedException error) when (AzureErrors.IsNotFound(error))
        {
            return null;
        }
    }

    private protected override async Task<int> Read(string name, string key, long offset, Memory<byte> destination, CancellationToken limit)
    {
        try
        {
            var range = new HttpRange(offset, Math.Max(1, destination.Length));
            var answer = await _container.GetBlobClient(key).DownloadStreamingAsync(new BlobDownloadOptions { Range = range }, limit);
            using var download = answer.Value;
            return await download.Content.ReadAtLeastAsync(destination, destination.Length, throwOnEndOfStream: false, limit);
        }
        catch (RequestFailedException error) when (AzureErrors.IsNotFound(error))
        {
            throw new ObjectNotFoundException(name);
        }
        catch (RequestFailedException error) when (error.ErrorCode == BlobErrorCode.InvalidRange)
        {
            return 0;
        }
    }

    private protected override async Task<RemotePage> List(string keyPrefix, string? from, CancellationToken limit)
    {
        var pages = _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, keyPrefix, limit).AsPages(from);
        await foreach (var page in pages.WithCancellation(limit))
        {
            var next = string.IsNullOrEmpty(page.ContinuationToken) ? null : page.ContinuationToken;
            return new RemotePage([.. page.Values.Select(static b => (b.Name, b.Properties.ContentLength ?? 0))], next);
        }

        return new RemotePage([], null);
    }

    private protected override async Task Delete(string key, CancellationToken limit)
    {
        try
        {
            await _container.GetBlobClient(key).DeleteAsync(cancellationToken: limit);
        }
        catch (RequestFailedException error) when (AzureErrors.IsNotFound(error))
        {
            // Deleted already.
        }
    }

    private protected override ObjectStoreException? Translate(Exception error) => AzureErrors.Translate(error, Description);

    private async Task<ObjectVersion?> OwnWrite(RemoteWrite write, CancellationToken limit)
    {
        try
        {
            var found = (await _container.GetBlobClient(write.Key).GetPropertiesAsync(cancellationToken: limit)).Value;
            var isOwn = found.Metadata.TryGetValue(RemoteWrite.IdKey, out var id) && id == write.Id;
            return isOwn ? new ObjectVersion(found.ETag.ToString("G")) : null;
        }
        catch (RequestFailedException error) when (AzureErrors.IsNotFound(error))
        {
            return null;
        }
    }
}
