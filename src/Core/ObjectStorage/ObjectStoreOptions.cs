namespace Metrics.Core.ObjectStorage;

/// <summary>What keeps the objects.</summary>
public enum ObjectStoreKind
{
    /// <summary>A directory of this machine.</summary>
    Folder,

    /// <summary>Azure Blob Storage.</summary>
    Azure,

    /// <summary>Amazon S3, or a store that speaks its protocol.</summary>
    S3,
}

/// <summary>Where sealed data is kept: <c>Metrics:ObjectStore</c>.</summary>
public sealed class ObjectStoreOptions
{
    public const string Section = "Metrics:ObjectStore";

    internal static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    /// <summary>What keeps the objects: <c>Folder</c>, <c>Azure</c> or <c>S3</c>. Default: Folder.</summary>
    public ObjectStoreKind Kind { get; set; } = ObjectStoreKind.Folder;

    /// <summary>Directory of a folder store. Default: empty, for <c>objects</c> in the data path.</summary>
    public string Path { get; set; } = "";

    /// <summary>
    /// Time that one operation may take, retries included; one second more for each MiB that it moves. Default: 30 s. Range: 1 s to 10 min.
    /// </summary>
    public TimeSpan Timeout { get; set; } = DefaultTimeout;

    /// <summary>
    /// The same for a read of a part of an object in Azure and S3, which queries wait for. After one that takes longer further reads fail at once
    /// until the store answers again. Default: 5 s. Range: 1 s to 10 min.
    /// </summary>
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Put before every object's name in Azure and S3, so that several data sets can share a container: <c>metrics/blue</c>. Default: empty.
    /// </summary>
    public string Prefix { get; set; } = "";

    /// <summary><c>Metrics:ObjectStore:Azure</c>.</summary>
    public AzureStoreOptions Azure { get; set; } = new();

    /// <summary><c>Metrics:ObjectStore:S3</c>.</summary>
    public S3StoreOptions S3 { get; set; } = new();

    /// <summary>The directory of a folder store of a data set.</summary>
    public string FolderOf(string dataPath) => string.IsNullOrWhiteSpace(Path) ? System.IO.Path.Combine(dataPath, "objects") : Path;
}

/// <summary>Azure Blob Storage. Either a connection string or a service address.</summary>
public sealed class AzureStoreOptions
{
    /// <summary>A connection string with a key or a signature in it; a secret. Default: empty.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// <c>https://account.blob.core.windows.net</c>, signed in to with the identity the process has (managed identity, workload identity,
    /// environment). Default: empty.
    /// </summary>
    public string ServiceUri { get; set; } = "";

    /// <summary>Client id of the managed identity, where a machine has several. Default: empty.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>The container, which must exist. Default: metrics. Range: 3 to 63 lower case letters, digits and <c>-</c>.</summary>
    public string Container { get; set; } = "metrics";
}

/// <summary>Amazon S3 and what speaks its protocol.</summary>
public sealed class S3StoreOptions
{
    /// <summary>The endpoint of a store that is not Amazon's: <c>https://minio.example.org:9000</c>. Default: empty, for the region's.</summary>
    public string ServiceUrl { get; set; } = "";

    /// <summary>The region, which requests are signed for. Default: us-east-1.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>The bucket, which must exist. Default: metrics. Range: 3 to 63 lower case letters, digits, <c>.</c> and <c>-</c>.</summary>
    public string Bucket { get; set; } = "metrics";

    /// <summary>Key id. Default: empty, for what the environment gives (variables, profile, role of the machine).</summary>
    public string AccessKey { get; set; } = "";

    /// <summary>The key; a secret. Default: empty.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>Whether the bucket is a part of the path instead of the host's name: most stores but Amazon's want it. Default: false.</summary>
    public bool ForcePathStyle { get; set; }
}
