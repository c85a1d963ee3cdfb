using Metrics.Core.Catalog;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Tests.Files;

namespace Metrics.Core.Tests.Catalog;

public sealed class ShardStoreTests
{
    private readonly FaultyFileSystem _files = new();
    private readonly Objects _objects = new();

    [Fact]
    public async Task A_block_is_readable_before_and_after_it_is_published()
    {
        await using var harness = await OpenAsync();
        var block = await harness.SealAsync("a");
        Assert.Equal("a", await harness.ReadAsync(block));
        Assert.DoesNotContain(block.Name, _objects.All.Keys);

        await harness.FlushAsync();

        Assert.Equal(ShardStoreState.Owned, harness.Shard.State);
        Assert.Contains(block.Name, _objects.All.Keys);
        Assert.Equal(["a"], await harness.ReadAllAsync());
        Assert.DoesNotContain(_files.Paths, static p => p.Contains("/spool/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_restart_finds_what_was_applied_without_the_store()
    {
        BlockInfo block;
        await using (var first = await OpenAsync())
        {
            block = await first.SealAsync("a");
        }

        await using var second = await OpenAsync(new FaultyObjectStore(_objects) { Away = true });

        Assert.Equal(["a"], await second.ReadAllAsync());
        Assert.Equal(block.MaxMs + 1, second.Stores.ViewOf(0).HotFromMs);
        Assert.Contains("has not said", second.Stores.ViewOf(0).Problem, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ObjectStoreUnavailableException>(() => second.FlushAsync());
        Assert.Equal(ShardStoreState.Acquiring, second.Shard.State);
        Assert.Contains("the store is away", second.Stores.ViewOf(0).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_data_set_owns_its_empty_shards_and_memory_is_complete()
    {
        await using var harness = await OpenAsync();
        await harness.FlushAsync();

        using var lease = harness.Stores.Lease();
        Assert.Equal((long.MinValue, null, 0), (lease[0].HotFromMs, lease[0].Problem, lease[0].Catalog.Blocks.Count));
        Assert.Equal(1, harness.Shard.Catalog.Epoch);
    }

    private Task<CatalogHarness> OpenAsync(FaultyObjectStore? store = null) => CatalogHarness.OpenAsync(_files, store ?? new FaultyObjectStore(_objects));
}
