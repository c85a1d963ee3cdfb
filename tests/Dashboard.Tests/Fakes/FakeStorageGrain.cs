using Metrics.Core.Query;
using Metrics.Grains.Interfaces.Storage;

namespace Metrics.Dashboard.Tests.Fakes;

/// <summary>A storage grain that answers with a status that a test puts in; the dashboard asks for nothing else.</summary>
public sealed class FakeStorageGrain : IStorageGrain
{
    /// <summary>As the server writes it.</summary>
    public const string Healthy =
        """
        {"stored":[{"tier":"hot","resolution":"raw","blocks":0,"bytes":10485760,"samples":3854,"series":34,"oldest":"2026-02-22T09:00:01+00:00","newest":"2026-02-22T12:00:00+00:00"},
        {"tier":"cold","resolution":"1h","blocks":3,"bytes":1073741824,"samples":2,"oldest":"2025-02-20T00:00:00+00:00","newest":"2026-02-20T23:59:59.999+00:00"},
        {"tier":"warm","resolution":"raw","blocks":2,"bytes":1048576,"samples":7,"oldest":"2026-02-21T00:00:00+00:00","newest":"2026-02-22T09:59:51+00:00"},
        {"tier":"warm","resolution":"1m","blocks":2,"bytes":1048576,"samples":7,"oldest":"2026-02-21T00:00:00+00:00","newest":"2026-02-22T09:59:59.999+00:00"}],
        "oldest":"2025-02-20T00:00:00+00:00","newest":"2026-02-22T12:00:00+00:00","wal":{"bytes":1078589},"spool":{"bytes":0,"maxBytes":21474836480},
        "cache":{"bytes":0,"hitBytes":0,"fetchedBytes":0},"objectStores":[{"silo":"127.0.0.1:11111@1","store":"folder ./data/objects","lastPublished":"2026-02-22T11:48:20.455+00:00"}],
        "shards":{"owned":16},"pending":{"shardsToSeal":0,"blocksToRollUp":0,"compactions":0,"deletions":0,"changesToPublish":0,"objectsToDelete":0},
        "jobs":[{"job":"delete","lastSeconds":0,"failingShards":0}],"damaged":[],"retention":{"raw":365,"1m":90,"1h":365,"1d":1095}}
        """;

    public Func<string> Status { get; set; } = static () => Healthy;

    public ValueTask<string> GetStatus(CancellationToken cancellationToken = default) => new(Status());

    public ValueTask<ConfirmedChange> DeleteSeries(SeriesSelector selector, long fromMs, long toMs, long? expectedSeries) => throw new NotSupportedException();

    public ValueTask<RetentionRules> GetRetention() => throw new NotSupportedException();

    public ValueTask<ConfirmedChange> PutPolicy(RetentionPolicyRule policy, long? expectedSeries) => throw new NotSupportedException();

    public ValueTask<ConfirmedChange?> RemovePolicy(string name, long? expectedSeries) => throw new NotSupportedException();

    public ValueTask Flush(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<int> Recheck(string[] blocks) => throw new NotSupportedException();
}
