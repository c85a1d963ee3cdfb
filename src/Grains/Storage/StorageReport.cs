using System.Text.Json.Serialization;

namespace Metrics.Grains.Storage;

/// <summary>What <c>GET /api/v1/status/storage</c> answers: of one silo, or summed up over several. Times are RFC 3339.</summary>
/// <param name="Stored">What is stored, by tier and resolution.</param>
/// <param name="Oldest">The oldest sample or row there is.</param>
/// <param name="Newest">The newest.</param>
/// <param name="Wal">The write-ahead logs.</param>
/// <param name="Spool">Blocks on local disk that wait for the object store.</param>
/// <param name="Cache">The disk cache of blocks; bytes are since the start.</param>
/// <param name="ObjectStores">Where sealed data is kept, and how that goes; one entry for each silo.</param>
/// <param name="Shards">Shards by state.</param>
/// <param name="Pending">Work that waits, by kind.</param>
/// <param name="Jobs">How each kind of work last went.</param>
/// <param name="Damaged">Blocks that are set aside.</param>
/// <param name="Retention">Days that data is kept by resolution, where no policy says otherwise.</param>
[GenerateSerializer, Immutable, Alias("metrics.storageReport")]
public sealed record StorageReport(
    [property: Id(0)] StoredData[] Stored,
    [property: Id(1)] DateTimeOffset? Oldest,
    [property: Id(2)] DateTimeOffset? Newest,
    [property: Id(3)] LogReport Wal,
    [property: Id(4)] SpoolReport Spool,
    [property: Id(5)] CacheReport Cache,
    [property: Id(6)] ObjectStoreReport[] ObjectStores,
    [property: Id(7)] Dictionary<string, int> Shards,
    [property: Id(8)] Dictionary<string, int> Pending,
    [property: Id(9)] JobReport[] Jobs,
    [property: Id(10)] DamagedReport[] Damaged,
    [property: Id(11)] Dictionary<string, double> Retention);

/// <summary>Data of one resolution in one tier.</summary>
/// <param name="Tier"><c>hot</c>, <c>warm</c> or <c>cold</c>.</param>
/// <param name="Resolution"><c>raw</c>, <c>1m</c>, <c>1h</c> or <c>1d</c>.</param>
/// <param name="Blocks">Blocks; 0 in memory.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Samples">Samples and distributions, or rollup rows.</param>
/// <param name="Series">Series in memory; null elsewhere, where a series is in many blocks.</param>
/// <param name="Oldest">The oldest.</param>
/// <param name="Newest">The newest.</param>
[GenerateSerializer, Immutable, Alias("metrics.storedData")]
public sealed record StoredData(
    [property: Id(0)] string Tier,
    [property: Id(1)] string Resolution,
    [property: Id(2)] long Blocks,
    [property: Id(3)] long Bytes,
    [property: Id(4)] long Samples,
    [property: Id(5)] long? Series,
    [property: Id(6)] DateTimeOffset? Oldest,
    [property: Id(7)] DateTimeOffset? Newest);

/// <summary>The write-ahead logs.</summary>
[GenerateSerializer, Immutable, Alias("metrics.logReport")]
public sealed record LogReport([property: Id(0)] long Bytes);

/// <summary>What waits on local disk.</summary>
[GenerateSerializer, Immutable, Alias("metrics.spoolReport")]
public sealed record SpoolReport([property: Id(0)] long Bytes, [property: Id(1)] long MaxBytes);

/// <summary>The disk cache.</summary>
[GenerateSerializer, Immutable, Alias("metrics.cacheReport")]
public sealed record CacheReport([property: Id(0)] long Bytes, [property: Id(1)] long HitBytes, [property: Id(2)] long FetchedBytes);

/// <summary>An object store as one silo sees it.</summary>
[GenerateSerializer, Immutable, Alias("metrics.objectStoreReport")]
public sealed record ObjectStoreReport(
    [property: Id(0)] string Silo, [property: Id(1)] string Store, [property: Id(2)] DateTimeOffset? LastPublished, [property: Id(3)] string? LastError);

/// <summary>How a kind of work last went, on whichever shard that was.</summary>
/// <param name="Job">The kind.</param>
/// <param name="LastRun">When it last had something to do.</param>
/// <param name="LastSeconds">How long that took.</param>
/// <param name="FailingShards">Shards on which it failed last.</param>
/// <param name="LastError">Why, on the first of them.</param>
[GenerateSerializer, Immutable, Alias("metrics.jobReport")]
public sealed record JobReport(
    [property: Id(0)] string Job,
    [property: Id(1)] DateTimeOffset? LastRun,
    [property: Id(2)] double LastSeconds,
    [property: Id(3)] int FailingShards,
    [property: Id(4)] string? LastError);

/// <summary>A block that is set aside.</summary>
[GenerateSerializer, Immutable, Alias("metrics.damagedReport")]
public sealed record DamagedReport(
    [property: Id(0)] int Shard,
    [property: Id(1)] string Block,
    [property: Id(2)] string Reason,
    [property: Id(3)] DateTimeOffset Found,
    [property: Id(4)] DateTimeOffset From,
    [property: Id(5)] DateTimeOffset To,
    [property: Id(6)] long Samples);

[JsonSerializable(typeof(StorageReport))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class StorageReportJson : JsonSerializerContext;
