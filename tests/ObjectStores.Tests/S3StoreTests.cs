using Metrics.Core.ObjectStorage;
using Metrics.Tests.Shared.Emulators;
using Microsoft.Extensions.Logging.Abstractions;

namespace Metrics.ObjectStores.Tests;

/// <summary>Against a store that passes over conditions: everything conditional goes by claims.</summary>
public sealed class S3StoreTests(S3rver server) : RemoteStoreConformance(server), IClassFixture<S3rver>
{
    private readonly string _prefix = $"tests/{Guid.NewGuid():N}";

    [Fact]
    public async Task A_bucket_that_is_not_there_is_refused_with_what_to_do()
    {
        server.Require();
        var options = server.Options(_prefix);
        options.S3.Bucket = "not-there";
        var store = Create(options);

        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => store.GetAsync("x", MaxBytes, Cancellation));
        Assert.Contains("create the bucket", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ObjectStoreException>(() => Put(store, "x", "1", PutCondition.Absent));
    }

    [Fact]
    public async Task A_wrong_key_is_refused_and_not_repeated()
    {
        server.Require();
        var options = server.Options(_prefix);
        (options.S3.AccessKey, options.S3.SecretKey) = ("nobody", "a-wrong-secret");
        var store = Create(options);

        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => store.GetAsync("x", MaxBytes, Cancellation));
        Assert.Contains("403", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a-wrong-secret", error.ToString() + store.Description, StringComparison.Ordinal);
    }

    protected override IObjectStore Open(TimeSpan? timeout = null)
    {
        server.Require();
        var options = server.Options(_prefix);
        options.Timeout = timeout ?? options.Timeout;
        options.ReadTimeout = timeout ?? options.ReadTimeout;
        return Create(options);
    }

    private static IObjectStore Create(ObjectStoreOptions options) =>
        ObjectStoreFactory.Create(options, "unused", SystemClock.Instance, NullLoggerFactory.Instance);
}
