using System.Diagnostics.Metrics;

namespace Metrics.Core.Catalog;

/// <summary>What publishing and the caches measure of themselves, on the meter <see cref="MeterName"/>.</summary>
public static class CatalogInstruments
{
    public const string MeterName = "Metrics.Core.Catalog";

    private static readonly Meter Meter = new(MeterName);

    internal static readonly Counter<long> PublishedBlocks =
        Meter.CreateCounter<long>("blocks.published", "{block}", "Blocks put into the object store and listed there.");

    internal static readonly Counter<long> PublishedBytes = Meter.CreateCounter<long>("blocks.published.bytes", "By", "Their bytes.");

    internal static readonly Counter<long> PublishFailures =
        Meter.CreateCounter<long>("blocks.publish.failures", "{failure}", "Tries to publish a shard's changes that failed.");

    internal static readonly Counter<long> Fenced =
        Meter.CreateCounter<long>("blocks.fenced", "{shard}", "Shards that another process took over while this one had them.");

    internal static readonly Counter<long> Damaged = Meter.CreateCounter<long>("blocks.damaged", "{block}", "Blocks found damaged and set aside.");

    internal static readonly Counter<long> FetchedBytes =
        Meter.CreateCounter<long>("blocks.cold.bytes", "By", "Bytes of blocks fetched from the object store for readers.");

    internal static readonly Counter<long> CacheBytes =
        Meter.CreateCounter<long>("blocks.cache.hit.bytes", "By", "Bytes of blocks that readers got from the disk cache.");

    internal static readonly Counter<long> CacheFailures =
        Meter.CreateCounter<long>("blocks.cache.failures", "{failure}", "File operations of the disk cache that failed; reads went to the object store.");
}
