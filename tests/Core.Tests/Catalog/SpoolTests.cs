using Metrics.Core.Catalog;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Tests.Files;

namespace Metrics.Core.Tests.Catalog;

public sealed class SpoolTests
{
    private readonly FaultyFileSystem _files = new();
    private readonly Objects _objects = new();

    [Fact]
    public async Task Blocks_wait_up_to_a_bound_while_the_store_is_away_and_arrive_when_it_is_back()
    {
        var store = new FaultyObjectStore(_objects);
        await using var harness = await CatalogHarness.OpenAsync(_files, store, blocks: new BlocksOptions { MaxSpoolBytes = 30 }, shards: 2);
        await harness.FlushAsync();
        store.Away = true;
        await harness.SealAsync("aaaaaaaaaa");
        await harness.SealAsync("bbbbbbbbbb", 1, shard: 1);
        await harness.SealAsync("cccccccccc", 2);
        Assert.Equal(30, harness.Stores.Status().SpoolBytes);

        var refused = harness.Write("d", 3);
        var full = await Assert.ThrowsAsync<SpoolFullException>(() => harness.ApplyAsync(CatalogChange.Of("sealed") with { Add = [refused] }));
        Assert.Contains("MaxSpoolBytes", full.Message, StringComparison.Ordinal);
        await harness.ApplyAsync(CatalogChange.Of("rolled up") with { RolledUp = [harness.Shard.Catalog.Blocks[0].Name] });
        Assert.True(harness.Shard.Catalog.Blocks[0].RolledUp);
        await Assert.ThrowsAsync<ObjectStoreUnavailableException>(harness.FlushAsync);
        Assert.Equal(["aaaaaaaaaa", "cccccccccc"], await harness.ReadAllAsync());
        Assert.Null(harness.Stores.ViewOf(0).Problem);
        Assert.Equal(4, harness.Stores.Status().PendingChanges);

        store.Away = false;
        await harness.FlushAsync();

        var status = harness.Stores.Status();
        Assert.Equal((0, 0L, null), (status.PendingChanges, status.SpoolBytes, status.LastError));
        await harness.ApplyAsync(CatalogChange.Of("sealed") with { Add = [refused] });
        await harness.FlushAsync();
        Assert.Equal(["aaaaaaaaaa", "cccccccccc", "d"], await harness.ReadAllAsync());
        Assert.Equal(["bbbbbbbbbb"], await harness.ReadAllAsync(1));
    }

    [Fact]
    public async Task A_block_that_is_replaced_before_the_store_is_back_is_never_put_there()
    {
        var store = new FaultyObjectStore(_objects) { Away = true };
        await using var harness = await CatalogHarness.OpenAsync(_files, store);
        var a = await harness.SealAsync("a");
        await harness.ApplyAsync(CatalogChange.Of("compacted") with { Add = [harness.Write("A")], Remove = [a.Name] });
        var puts = new List<string>();
        store.On = (operation, name) => puts.AddRange(operation == "put" ? [name] : []);

        store.Away = false;
        await harness.FlushAsync();

        Assert.DoesNotContain(a.Name, puts);
        Assert.Equal(["A"], await harness.ReadAllAsync());
        Assert.Equal(0, harness.Stores.Status().SpoolBytes);
    }

    [Fact]
    public async Task A_file_that_no_state_speaks_of_is_deleted_at_the_start()
    {
        string path;
        await using (var first = await OpenAsync())
        {
            path = first.Write("half").Path;
        }

        Assert.Contains(path, _files.Paths);
        await using var second = await OpenAsync();
        Assert.DoesNotContain(path, _files.Paths);
    }

    [Fact]
    public async Task A_spooled_file_that_is_gone_is_listed_as_damaged()
    {
        NewBlock block;
        await using (var first = await OpenAsync(new FaultyObjectStore(_objects) { Away = true }))
        {
            block = first.Write("a");
            await first.ApplyAsync(CatalogChange.Of("sealed") with { Add = [block] });
            await first.SealAsync("b", 1);
        }

        _files.Delete(block.Path);
        await using var second = await OpenAsync();
        await second.FlushAsync();

        Assert.Equal(["b"], await second.ReadAllAsync());
        var damaged = Assert.Single(second.Stores.Status().Damaged);
        Assert.Equal(block.Info, damaged.Block.Block);
        Assert.Contains("is not there", damaged.Block.Reason, StringComparison.Ordinal);
        Assert.Equal(ShardStoreState.Owned, second.Shard.State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_local_state_that_is_damaged_or_gone_is_rebuilt_from_the_store_and_the_spool(bool damaged)
    {
        BlockInfo published;
        NewBlock waiting;
        var store = new FaultyObjectStore(_objects);
        await using (var first = await OpenAsync(store))
        {
            published = await first.SealAsync("published");
            await first.FlushAsync();
            store.Away = true;
            waiting = TestBlocks.Write(first, 10);
            await first.ApplyAsync(CatalogChange.Of("sealed") with { Add = [waiting] });
        }

        var state = _files.Paths.Single(static p => p.EndsWith("state.json", StringComparison.Ordinal));
        var torn = Path.Combine(Path.GetDirectoryName(waiting.Path)!, "raw_20200101T000000-20200101T020000-1-99.block");
        _files.SetContent(torn, [1, 2, 3]);
        if (damaged)
        {
            var content = _files.Content(state);
            content[content.Length / 2] ^= 1;
            _files.SetContent(state, content);
        }
        else
        {
            _files.Delete(state);
        }

        await using var second = await OpenAsync();
        Assert.Equal(waiting.Info with { CreatedAtMs = waiting.Info.ToMs }, Assert.Single(second.Shard.Catalog.Blocks));
        await second.FlushAsync();

        Assert.Equal([published.Name, waiting.Info.Name], second.Shard.Catalog.Blocks.Select(static b => b.Name));
        Assert.Equal("published", await second.ReadAsync(published));
        Assert.Equal(damaged, _files.Paths.Contains(state + ".damaged-1"));
        Assert.Contains(torn + ".damaged", _files.Paths);
    }

    private Task<CatalogHarness> OpenAsync(FaultyObjectStore? store = null) =>
        CatalogHarness.OpenAsync(_files, store ?? new FaultyObjectStore(_objects));
}
