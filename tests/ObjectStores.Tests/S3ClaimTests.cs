using System.Security.Cryptography;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Metrics.Core.ObjectStorage;
using Metrics.ObjectStores.S3;
using Metrics.Tests.Shared.Emulators;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.ObjectStores.Tests;

/// <summary>Claims of writers that died, and of writes whose end nobody knows.</summary>
public sealed class S3ClaimTests(S3rver server) : IClassFixture<S3rver>, IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly string _prefix = $"tests/{Guid.NewGuid():N}";
    private readonly FakeTimeProvider _time = new();
    private S3Proxy? _proxy;

    private int Listings => _proxy!.Requests.Count(static r => r.Contains("list-type", StringComparison.Ordinal));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_dead_writers_claim_is_respected_until_it_has_been_seen_for_a_minute()
    {
        using var store = Store(TimeSpan.FromMinutes(5));
        await Put(store, "first", "the store is known now");
        await PutDeadClaim("x");
        var listings = Listings;
        var put = Put(store, "x", "1");

        // It counts from when it saw the claim first.
        await Until(() => Task.FromResult(Listings > listings));
        await Pass(TimeSpan.FromSeconds(55), TimeSpan.FromSeconds(1));
        Assert.False(put.IsCompleted);
        Assert.Single(await Claims());

        await Pass(TimeSpan.FromSeconds(20), TimeSpan.FromMilliseconds(500), put);
        await put.WaitAsync(Deadline, Cancellation);
        Assert.Empty(await Claims());
    }

    [Fact]
    public async Task A_write_whose_end_is_not_known_keeps_its_claim()
    {
        using var store = Store(TimeSpan.FromMinutes(5));
        await Put(store, "first", "the store is known now");
        _proxy!.Decide = static (method, path) => method == "PUT" && path.EndsWith("/x", StringComparison.Ordinal) ? Fate.Lose : Fate.Pass;
        using var given = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var content = new MemoryStream([1]);
        var put = store.PutAsync("x", content, PutCondition.Absent, given.Token);

        await Until(async () => (await Claims()).Count > 0
            && _proxy.Requests.Any(static r => r.StartsWith("PUT", StringComparison.Ordinal) && r.EndsWith("/x", StringComparison.Ordinal)));
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);

        Assert.NotEmpty(await Claims());
    }

    [Fact]
    public async Task That_conditions_are_passed_over_is_said_once()
    {
        var log = new Lines();
        using var store = Store(TimeSpan.FromSeconds(30), log);
        await Put(store, "a", "1");
        await Put(store, "b", "1");

        var line = Assert.Single(log.Written);
        Assert.StartsWith("Warning: The object store does not decide conditions of writes", line, StringComparison.Ordinal);
        Assert.Empty(await Claims());
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(Deadline);
        while (!await condition())
        {
            await Task.Delay(10, deadline.Token);
        }
    }

    private static async Task Put(S3ObjectStore store, string name, string text)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await store.PutAsync(name, content, PutCondition.Absent, Cancellation);
    }

    /// <summary>Lets the clock run, with a moment after each step for what waits on it.</summary>
    private async Task Pass(TimeSpan time, TimeSpan step, Task? until = null)
    {
        for (var passed = TimeSpan.Zero; passed < time && until?.IsCompleted != true; passed += step)
        {
            _time.Advance(step);
            await Task.Delay(20, Cancellation);
        }
    }

    private S3ObjectStore Store(TimeSpan timeout, ILogger<S3ObjectStore>? log = null)
    {
        server.Require();
        var options = server.Options(_prefix);
        _proxy ??= new S3Proxy(options.S3.ServiceUrl) { DecidesPuts = false, DecidesMultipart = false };
        options.S3.ServiceUrl = _proxy.Address;
        options.Timeout = timeout;
        return new S3ObjectStore(options, _time, log ?? NullLogger<S3ObjectStore>.Instance);
    }

    private AmazonS3Client Client() => S3Client.Create(server.Options(_prefix));

    private async Task PutDeadClaim(string name)
    {
        using var client = Client();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(name)));
        await client.PutObjectAsync(
            new PutObjectRequest { BucketName = S3rver.Bucket, Key = $"{_prefix}/.conditional/claim-{hash}-0", ContentBody = name, UseChunkEncoding = false }, Cancellation);
    }

    private async Task<List<string>> Claims()
    {
        using var client = Client();
        var request = new ListObjectsV2Request { BucketName = S3rver.Bucket, Prefix = $"{_prefix}/.conditional/claim-" };
        return [.. ((await client.ListObjectsV2Async(request, Cancellation)).S3Objects ?? []).Select(static o => o.Key)];
    }

    private sealed class Lines : ILogger<S3ObjectStore>
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add($"{logLevel}: {formatter(state, exception)}");
    }
}
