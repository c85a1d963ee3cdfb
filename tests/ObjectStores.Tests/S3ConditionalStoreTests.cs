using Metrics.Core.ObjectStorage;
using Metrics.Tests.Shared.Emulators;
using Microsoft.Extensions.Logging.Abstractions;

namespace Metrics.ObjectStores.Tests;

/// <summary>Against a store that decides conditions: no claims.</summary>
public sealed class S3ConditionalStoreTests(S3rver server) : ObjectStoreConformance, IClassFixture<S3rver>, IAsyncDisposable
{
    private readonly string _prefix = $"tests/{Guid.NewGuid():N}";
    private S3Proxy? _proxy;

    public async ValueTask DisposeAsync()
    {
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_store_decides_and_nothing_is_claimed()
    {
        var version = await Put(Open(), "x", "1", PutCondition.Absent);
        await Put(Open(), "x", "2", PutCondition.Matches(version));

        Assert.DoesNotContain(_proxy!.Requests, static r => r.Contains("claim", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(9_000_000)]
    public async Task A_write_whose_answer_was_lost_is_known_for_what_it_is(int bytes)
    {
        var store = Open();
        await Put(store, "probe", "the store is known now", PutCondition.Absent);
        LoseAnswerOnce(bytes > 10 ? "POST" : "PUT");

        var version = await Put(store, "lost", new byte[bytes], PutCondition.Absent);

        Assert.Equal(bytes, (await List(store, "lost"))[0].Bytes);
        await Put(store, "lost", "2", PutCondition.Matches(version));
        await Assert.ThrowsAsync<ConditionFailedException>(() => Put(store, "lost", "3", PutCondition.Absent));
    }

    [Fact]
    public async Task What_fails_for_a_moment_is_repeated()
    {
        var store = Open();
        var left = 2;
        _proxy!.Decide = (_, _) => Interlocked.Decrement(ref left) >= 0 ? Fate.Refuse : Fate.Pass;

        await Put(store, "again", "1", PutCondition.Absent);
        left = 2;
        Assert.Equal("1", await Text(store, "again"));
        left = 2;
        Assert.Single(await List(store, ""));
    }

    [Fact]
    public async Task What_fails_for_good_is_unavailable()
    {
        var store = Open();
        _proxy!.Decide = static (_, _) => Fate.Refuse;

        var error = await Assert.ThrowsAsync<ObjectStoreUnavailableException>(() => Put(store, "never", "1", PutCondition.None));
        Assert.Contains("503", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_decides_whole_objects_only_is_given_large_ones_whole()
    {
        var store = Open();
        _proxy!.DecidesMultipart = false;
        await Put(store, "large", new byte[9_000_000], PutCondition.Absent);

        await Assert.ThrowsAsync<ConditionFailedException>(() => Put(Open(), "large", new byte[9_000_001], PutCondition.Absent));
        Assert.Equal([new ObjectInfo("large", 9_000_000)], await List(store, ""));
    }

    protected override IObjectStore Open(TimeSpan? timeout = null)
    {
        server.Require();
        var options = server.Options(_prefix);
        _proxy ??= new S3Proxy(options.S3.ServiceUrl);
        options.S3.ServiceUrl = _proxy.Address;
        options.Timeout = timeout ?? options.Timeout;
        options.ReadTimeout = timeout ?? options.ReadTimeout;
        return ObjectStoreFactory.Create(options, "unused", SystemClock.Instance, NullLoggerFactory.Instance);
    }

    private void LoseAnswerOnce(string method)
    {
        var lost = 0;
        _proxy!.Decide = (m, path) =>
            m == method && path.Contains("lost", StringComparison.Ordinal) && !path.Contains("uploads", StringComparison.Ordinal) && Interlocked.Exchange(ref lost, 1) == 0
                ? Fate.LoseAnswer
                : Fate.Pass;
    }
}
