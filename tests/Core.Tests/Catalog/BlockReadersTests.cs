using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Tests.Files;
using Microsoft.Extensions.Options;

namespace Metrics.Core.Tests.Catalog;

public sealed class BlockReadersTests
{
    /// <summary>Within the warm retention.</summary>
    private const long RecentWindow = (20_000 * 12) - 12;

    private readonly FaultyFileSystem _files = new();
    private readonly Objects _objects = new();

    [Fact]
    public async Task A_block_that_many_ask_for_is_opened_once_and_kept()
    {
        var store = new FaultyObjectStore(_objects);
        await using var harness = await OpenAsync(store);
        var block = await PublishAsync(harness, 0);
        var gate = new TaskCompletionSource();
        store.ReadGate = gate.Task;
        var readers = new BlockReaders(harness.Stores, Options.Create(new CacheOptions()));

        var opening = Enumerable.Range(0, 5).Select(_ => readers.OpenAsync(0, block, CatalogHarness.Cancellation).AsTask()).ToList();
        gate.SetResult();
        var opened = await Task.WhenAll(opening);

        Assert.All(opened, reader => Assert.Same(opened[0], reader));
        Assert.Equal(1, opened[0].SeriesCount);
        Assert.Equal((opened[0].MemoryBytes, 1), readers.Held);
        var again = readers.OpenAsync(0, block, CatalogHarness.Cancellation);
        Assert.True(again.IsCompletedSuccessfully);
        Assert.Same(opened[0], await again);
    }

    [Fact]
    public async Task The_least_recently_used_leave_memory_at_the_bound()
    {
        await using var harness = await OpenAsync(new FaultyObjectStore(_objects));
        var blocks = new List<BlockInfo>();
        for (var i = 0; i < 4; i++)
        {
            blocks.Add(await PublishAsync(harness, i));
        }

        var size = (await new BlockReaders(harness.Stores, Options.Create(new CacheOptions())).OpenAsync(0, blocks[0], CatalogHarness.Cancellation)).MemoryBytes;
        var readers = new BlockReaders(harness.Stores, harness.Stores.ReportDamage, (2 * size) + (size / 2));
        var first = await readers.OpenAsync(0, blocks[0], CatalogHarness.Cancellation);
        await readers.OpenAsync(0, blocks[1], CatalogHarness.Cancellation);
        Assert.Same(first, await readers.OpenAsync(0, blocks[0], CatalogHarness.Cancellation));
        await readers.OpenAsync(0, blocks[2], CatalogHarness.Cancellation);

        Assert.Equal(2, readers.Held.Blocks);
        Assert.Same(first, await readers.OpenAsync(0, blocks[0], CatalogHarness.Cancellation));
    }

    [Fact]
    public async Task A_block_that_is_damaged_in_the_store_is_set_aside_and_one_damaged_in_the_cache_is_read_from_the_store()
    {
        await using var harness = await OpenAsync(new FaultyObjectStore(_objects));
        var block = await PublishAsync(harness, 0);
        var readers = new BlockReaders(harness.Stores, Options.Create(new CacheOptions()));
        var cached = _files.Paths.Single(static p => p.Contains("/cache/", StringComparison.Ordinal));
        _files.SetContent(cached, new byte[block.Bytes]);

        await Assert.ThrowsAsync<BlockDamagedException>(() => readers.OpenAsync(0, block, CatalogHarness.Cancellation).AsTask());
        await harness.FlushAsync();
        Assert.Empty(harness.Shard.Catalog.Damaged);
        await readers.OpenAsync(0, block, CatalogHarness.Cancellation);

        _objects.All[block.Name] = (new byte[block.Bytes], _objects.NextVersion());
        var second = await OpenAsync(new FaultyObjectStore(_objects), new FaultyFileSystem());
        await using var disposing = second;
        await second.FlushAsync();
        readers = new BlockReaders(second.Stores, Options.Create(new CacheOptions()));
        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<BlockDamagedException>(() => readers.OpenAsync(0, block, CatalogHarness.Cancellation).AsTask());
            await second.FlushAsync();
        }

        Assert.Equal(block.Name, Assert.Single(second.Shard.Catalog.Damaged).Block.Name);
        Assert.Empty(second.Shard.Catalog.Blocks);
    }

    [Fact]
    public async Task An_opening_that_fails_is_tried_again_and_is_no_damage()
    {
        var store = new FaultyObjectStore(_objects);
        await using var harness = await CatalogHarness.OpenAsync(_files, store, cache: new CacheOptions { MaxBytes = 0 });
        var block = await PublishAsync(harness, 0);
        var readers = new BlockReaders(harness.Stores, Options.Create(new CacheOptions()));
        store.Away = true;
        await Assert.ThrowsAsync<ObjectStoreUnavailableException>(() => readers.OpenAsync(0, block, CatalogHarness.Cancellation).AsTask());
        store.Away = false;

        Assert.Equal(1, (await readers.OpenAsync(0, block, CatalogHarness.Cancellation)).SeriesCount);
        await harness.FlushAsync();
        Assert.Empty(harness.Shard.Catalog.Damaged);
    }

    private static async Task<BlockInfo> PublishAsync(CatalogHarness harness, long window)
    {
        var block = TestBlocks.Write(harness, RecentWindow + window);
        await harness.ApplyAsync(CatalogChange.Of("sealed") with { Add = [block] });
        await harness.FlushAsync();
        return block.Info;
    }

    private Task<CatalogHarness> OpenAsync(FaultyObjectStore store, FaultyFileSystem? files = null) => CatalogHarness.OpenAsync(files ?? _files, store);
}
