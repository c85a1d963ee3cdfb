using System.Security.Cryptography;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Metrics.Core.ObjectStorage;

namespace Metrics.ObjectStores.S3;

/// <summary>The objects beside the data, in <c>.conditional/</c>: probes, and the claims of writers. Their names are none of objects, so no listing has them.</summary>
internal sealed class S3Marks(IAmazonS3 client, ObjectStoreOptions options)
{
    private const string Explanation =
        "This store does not decide conditions of writes (If-Match, If-None-Match), so writers claim a name here before they write it.\n"
        + "Claims live for seconds; those of writers that died are deleted by others. Do not add or remove objects here.\n";

    private readonly string _folder = (options.Prefix.Length == 0 ? "" : options.Prefix + "/") + ".conditional/";

    public string Bucket => options.S3.Bucket;

    public string NewProbe() => $"{_folder}probe-{Guid.NewGuid():N}";

    /// <summary>What the keys of all claims on an object begin with.</summary>
    public string ClaimsOn(string name) => $"{_folder}claim-{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(name)))}-";

    public Task Explain(CancellationToken limit) => Put(_folder + "about.txt", Explanation, limit);

    public Task Put(string key, string text, CancellationToken limit) => client.PutObjectAsync(
        new PutObjectRequest { BucketName = Bucket, Key = key, ContentBody = text, UseChunkEncoding = options.S3.ServiceUrl.Length == 0 }, limit);

    public Task Delete(string key, CancellationToken limit) => client.DeleteObjectAsync(Bucket, key, limit);

    public async Task<List<string>> List(string prefix, CancellationToken limit)
    {
        var keys = new List<string>();
        var request = new ListObjectsV2Request { BucketName = Bucket, Prefix = prefix };
        do
        {
            var page = await client.ListObjectsV2Async(request, limit);
            keys.AddRange((page.S3Objects ?? []).Select(static o => o.Key));
            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
        return keys;
    }
}
