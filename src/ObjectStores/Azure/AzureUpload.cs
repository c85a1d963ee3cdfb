using System.Globalization;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Metrics.Core.ObjectStorage;

namespace Metrics.ObjectStores.Azure;

/// <summary>Writes a blob: small ones in one request, large ones in blocks that one last request makes a blob under the condition.</summary>
internal sealed class AzureUpload(BlobContainerClient container)
{
    private const int BlockBytes = 8 * 1024 * 1024;

    public async Task<ObjectVersion> Put(RemoteWrite write, CancellationToken limit)
    {
        var blob = container.GetBlockBlobClient(write.Key);
        var metadata = new Dictionary<string, string> { [RemoteWrite.IdKey] = write.Id };
        var conditions = Conditions(write.Condition);
        var answer = write.Bytes <= BlockBytes
            ? await Small(blob, write, metadata, conditions, limit)
            : await blob.CommitBlockListAsync(
                await Stage(blob, write, limit), new CommitBlockListOptions { Conditions = conditions, Metadata = metadata }, limit);
        return new ObjectVersion(answer.Value.ETag.ToString("G"));
    }

    private static async Task<Response<BlobContentInfo>> Small(
        BlockBlobClient blob, RemoteWrite write, Dictionary<string, string> metadata, BlobRequestConditions? conditions, CancellationToken limit)
    {
        using var content = new MemoryStream(await Next(write, write.Bytes, limit), writable: false);
        return await blob.UploadAsync(content, new BlobUploadOptions { Conditions = conditions, Metadata = metadata }, limit);
    }

    private static async Task<List<string>> Stage(BlockBlobClient blob, RemoteWrite write, CancellationToken limit)
    {
        // Two writers of one name share its blocks that are no blob yet: block ids have the write's, so that neither commits the other's.
        var ids = new List<string>();
        var attempt = Guid.NewGuid();
        for (var left = write.Bytes; left > 0; left -= BlockBytes)
        {
            var id = Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{attempt:N}{ids.Count:D6}")));
            using var block = new MemoryStream(await Next(write, Math.Min(left, BlockBytes), limit), writable: false);
            await blob.StageBlockAsync(id, block, cancellationToken: limit);
            ids.Add(id);
        }

        return ids;
    }

    private static async Task<byte[]> Next(RemoteWrite write, long bytes, CancellationToken limit)
    {
        var block = new byte[bytes];
        await write.Content.ReadExactlyAsync(block, limit);
        return block;
    }

    private static BlobRequestConditions? Conditions(PutCondition condition) => condition switch
    {
        { IfAbsent: true } => new BlobRequestConditions { IfNoneMatch = ETag.All },
        { IfMatch: { } version } => new BlobRequestConditions { IfMatch = new ETag(version.Value) },
        _ => null,
    };
}
