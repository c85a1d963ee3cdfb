using System.Diagnostics;
using Metrics.Core.Catalog;
using Metrics.Core.Files;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Storage;
using Metrics.Core.Tests.Files;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Core.Tests.Catalog;

public sealed class ShardStoresBackgroundTests
{
    private readonly FaultyFileSystem _files = new();
    private readonly Objects _objects = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));

    [Fact]
    public async Task Shards_are_taken_over_and_changes_published_in_the_background()
    {
        await using var harness = await CatalogHarness.OpenAsync(_files, new FaultyObjectStore(_objects), _time, shards: 8);
        harness.Stores.Start();
        await harness.Stores.Asked.WaitAsync(TimeSpan.FromSeconds(30), CatalogHarness.Cancellation);
        Assert.All(harness.Stores.Stores, static s => Assert.Equal(ShardStoreState.Owned, s.State));

        for (var shard = 0; shard < 8; shard++)
        {
            await harness.SealAsync("x", shard: shard);
        }

        await WaitAsync(() => harness.Stores.Status().PendingChanges == 0);
        Assert.Equal(8, _objects.All.Keys.Count(static n => n.EndsWith(".block", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_store_that_comes_back_gets_what_waited_without_anybody_asking()
    {
        var store = new FaultyObjectStore(_objects) { Away = true };
        await using var harness = await CatalogHarness.OpenAsync(_files, store, _time);
        harness.Stores.Start();
        await harness.Stores.Asked.WaitAsync(TimeSpan.FromSeconds(30), CatalogHarness.Cancellation);
        Assert.Equal("the store is away", harness.Stores.Status().LastError);
        await harness.SealAsync("a");

        store.Away = false;
        await WaitAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(60));
            return harness.Stores.Status() is { PendingChanges: 0, LastError: null };
        });

        Assert.Equal(["a"], await harness.ReadAllAsync());
        Assert.Null(harness.Stores.ViewOf(0).Problem);
    }

    [Fact]
    public async Task A_deletion_goes_on_by_itself_when_the_last_lease_is_released()
    {
        await using var harness = await CatalogHarness.OpenAsync(_files, new FaultyObjectStore(_objects), _time);
        harness.Stores.Start();
        var block = await harness.SealAsync("a");
        await WaitAsync(() => harness.Stores.Status().PendingChanges == 0);
        var lease = harness.Stores.Lease();
        await harness.ApplyAsync(CatalogChange.Of("retention") with { Remove = [block.Name] });
        await WaitAsync(() => harness.Stores.Status() is { PendingChanges: 0, GarbageObjects: 1 });

        lease.Dispose();

        await WaitAsync(() => harness.Stores.Status().GarbageObjects == 0);
        Assert.DoesNotContain(block.Name, _objects.All.Keys);
    }

    [Fact]
    public async Task Changes_made_while_others_are_published_to_a_store_that_fails_now_and_then_all_arrive()
    {
        var store = new FaultyObjectStore(_objects);
        var random = new Random(5);
        store.On = (_, name) =>
        {
            lock (random)
            {
                if (random.Next(5) == 0)
                {
                    throw new ObjectStoreUnavailableException($"{name} is away for a moment");
                }
            }
        };
        await using var harness = await CatalogHarness.OpenAsync(_files, store, _time, shards: 3);
        harness.Stores.Start();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(shard => Task.Run(async () =>
        {
            BlockInfo? before = null;
            for (var i = 0; i < 20; i++)
            {
                var block = harness.Write($"{i:00}", i, shard: shard);
                var change = CatalogChange.Of("compacted") with { Add = [block], Remove = before is not null && i % 3 == 0 ? [before.Name] : [] };
                await harness.ApplyAsync(change, shard);
                before = block.Info;
                await Task.Yield();
            }
        })));

        await WaitAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(60));
            return harness.Stores.Status() is { PendingChanges: 0, GarbageObjects: 0 };
        });

        store.On = null;
        var expected = Enumerable.Range(0, 20).Where(static i => i % 3 != 2 || i == 19).Select(static i => $"{i:00}").ToList();
        await using var stranger = await CatalogHarness.OpenAsync(new FaultyFileSystem(), new FaultyObjectStore(_objects), _time, shards: 3);
        await stranger.FlushAsync();
        for (var shard = 0; shard < 3; shard++)
        {
            Assert.Equal(expected, await harness.ReadAllAsync(shard));
            Assert.Equal(expected, await stranger.ReadAllAsync(shard));
        }

        Assert.Equal(3 * expected.Count, _objects.All.Keys.Count(static n => n.EndsWith(".block", StringComparison.Ordinal)));
        Assert.Equal(0, harness.Stores.Status().SpoolBytes);
    }

    [Fact]
    public async Task Only_the_shards_that_are_to_be_owned_are_taken_over()
    {
        await using var harness = await CatalogHarness.OpenAsync(_files, new FaultyObjectStore(_objects), _time, shards: 3);
        harness.Stores.Start([1]);
        await harness.Stores.Asked.WaitAsync(TimeSpan.FromSeconds(30), CatalogHarness.Cancellation);
        await harness.FlushAsync();

        Assert.Equal(
            [ShardStoreState.Acquiring, ShardStoreState.Owned, ShardStoreState.Acquiring], harness.Stores.Stores.Select(static s => s.State));
        await harness.Stores.AcquireAsync(2, CatalogHarness.Cancellation);
        Assert.Equal(ShardStoreState.Owned, harness.Stores[2].State);
    }

    [Fact]
    public async Task Blocks_in_a_folder_are_read_where_they_are()
    {
        using var directory = new TemporaryDirectory();
        var objects = new FolderObjectStore(Path.Combine(directory.Path, "objects"), _time);
        BlockInfo block;
        await using (var first = await OpenAsync())
        {
            var (name, path) = first[0].NewBlockPath(Core.Blocks.Resolution.Hour, 0, 7_200_000, first[0].NextSequence());
            await File.WriteAllTextAsync(path, "hello", CatalogHarness.Cancellation);
            block = new BlockInfo(name, Core.Blocks.Resolution.Hour, 0, 7_200_000, 0, 1, 1, 1, 5, 1, true, 0);
            await first[0].ApplyAsync(CatalogChange.Of("rolled up") with { Add = [new NewBlock(block, path)] }, CatalogHarness.Cancellation);
            await first.FlushAsync(CatalogHarness.Cancellation);
            Assert.False(File.Exists(path));
        }

        await using var second = await OpenAsync();
        await second.FlushAsync(CatalogHarness.Cancellation);
        using var file = second.Open(0, block);
        var read = new byte[5];
        var reading = file.ReadAsync(0, read, CatalogHarness.Cancellation);
        Assert.True(reading.IsCompletedSuccessfully);
        Assert.True(read.AsSpan().SequenceEqual("hello"u8));
        Assert.Equal(Core.Blocks.BlockTier.Warm, file.Tier);
        await Assert.ThrowsAsync<InvalidDataException>(() => file.ReadAsync(1, read, CatalogHarness.Cancellation).AsTask());
        var missing = block with { Name = block.Name.Replace(".block", "9.block", StringComparison.Ordinal) };
        Assert.Throws<ObjectNotFoundException>(() => { _ = second.Open(0, missing).Tier; });

        async Task<ShardStores> OpenAsync()
        {
            var stores = new ShardStores(
                Options.Create(new StorageOptions { DataPath = directory.Path }),
                Options.Create(new BlocksOptions()),
                Options.Create(new CacheOptions()),
                LocalFileSystem.Instance,
                objects,
                _time,
                NullLogger<ShardStores>.Instance);
            await stores.OpenAsync(1, CatalogHarness.Cancellation);
            return stores;
        }
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30), "it did not come about in 30 s");
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Disposing_of_it_again_does_nothing()
    {
        var harness = await CatalogHarness.OpenAsync(new FaultyFileSystem(), new FaultyObjectStore(new Objects()));
        harness.Stores.Start();
        await harness.DisposeAsync();
        await harness.DisposeAsync();
    }
}
