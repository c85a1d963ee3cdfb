using Metrics.Core.ObjectStorage;
using Metrics.Tests.Shared.Emulators;
using Microsoft.Extensions.Logging.Abstractions;

namespace Metrics.ObjectStores.Tests;

public sealed class AzureStoreTests(Azurite azurite) : RemoteStoreConformance(azurite), IClassFixture<Azurite>
{
    private readonly string _prefix = $"tests/{Guid.NewGuid():N}";

    [Fact]
    public async Task A_container_that_is_not_there_is_refused_with_what_to_do()
    {
        azurite.Require();
        var options = azurite.Options(_prefix);
        options.Azure.Container = "not-there";
        var store = Create(options);

        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => store.GetAsync("x", MaxBytes, Cancellation));
        Assert.Contains("create the container", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ObjectStoreException>(() => Put(store, "x", "1", PutCondition.Absent));
        await Assert.ThrowsAsync<ObjectStoreException>(() => List(store, ""));
    }

    [Fact]
    public async Task A_wrong_key_is_refused_and_not_repeated()
    {
        azurite.Require();
        var options = azurite.Options(_prefix);
        var wrong = Convert.ToBase64String(new byte[64]);
        options.Azure.ConnectionString = options.Azure.ConnectionString.Replace("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==", wrong, StringComparison.Ordinal);
        var store = Create(options);

        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => store.GetAsync("x", MaxBytes, Cancellation));
        Assert.Contains("403", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(wrong, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(wrong, store.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_string_that_is_none_is_not_repeated()
    {
        var options = new ObjectStoreOptions { Kind = ObjectStoreKind.Azure, Azure = { ConnectionString = "AccountKey=secret" } };

        var error = Assert.Throws<ObjectStoreException>(() => Create(options));
        Assert.Contains("Metrics:ObjectStore:Azure:ConnectionString", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    protected override IObjectStore Open(TimeSpan? timeout = null)
    {
        azurite.Require();
        var options = azurite.Options(_prefix);
        options.Timeout = timeout ?? options.Timeout;
        options.ReadTimeout = timeout ?? options.ReadTimeout;
        return Create(options);
    }

    private static IObjectStore Create(ObjectStoreOptions options) =>
        ObjectStoreFactory.Create(options, "unused", SystemClock.Instance, NullLoggerFactory.Instance);
}
