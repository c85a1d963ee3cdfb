using System.Text;
using Metrics.Core.Catalog;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Tests.Files;

namespace Metrics.Core.Tests.Catalog;

public sealed class OwnershipTests
{
    private readonly Objects _objects = new();

    [Fact]
    public async Task An_owner_that_was_replaced_is_fenced_off_and_publishes_nothing_more()
    {
        await using var first = await OpenAsync();
        await first.SealAsync("a");
        await first.FlushAsync();
        await using var second = await OpenAsync();
        await second.FlushAsync();
        Assert.Equal(["a"], await second.ReadAllAsync());
        Assert.Equal(2, second.Shard.Catalog.Epoch);

        await first.SealAsync("late", 1);
        await first.FlushAsync();

        Assert.Equal(ShardStoreState.Fenced, first.Shard.State);
        await Assert.ThrowsAsync<ShardFencedException>(() => first.SealAsync("later", 2));
        await first.FlushAsync();
        await second.SealAsync("b", 3);
        await second.FlushAsync();
        Assert.Equal(["a", "b"], await second.ReadAllAsync());
        Assert.Equal(ShardStoreState.Owned, second.Shard.State);
        Assert.Equal(["a", "late"], await first.ReadAllAsync());
        Assert.NotNull(first.Stores.ViewOf(0).Problem);
    }

    [Fact]
    public async Task What_a_fenced_owner_had_sealed_arrives_when_it_takes_the_shard_back()
    {
        await using var first = await OpenAsync();
        await first.FlushAsync();
        await using var second = await OpenAsync();
        await second.FlushAsync();
        var newer = await second.SealAsync("b", 5);
        await second.FlushAsync();
        await first.SealAsync("a");
        await first.FlushAsync();
        Assert.Equal(ShardStoreState.Fenced, first.Shard.State);

        await first.Stores.AcquireAsync(0, CatalogHarness.Cancellation);

        Assert.Equal(ShardStoreState.Owned, first.Shard.State);
        Assert.Equal(["a", "b"], await first.ReadAllAsync());
        Assert.Equal((newer.MaxMs + 1, null), (first.Stores.ViewOf(0).HotFromMs, first.Stores.ViewOf(0).Problem));
        await using var third = await OpenAsync();
        await third.FlushAsync();
        Assert.Equal(["a", "b"], await third.ReadAllAsync());
    }

    [Fact]
    public async Task A_compaction_of_blocks_that_another_owner_compacted_meanwhile_is_dropped()
    {
        var files = new FaultyFileSystem();
        await using var first = await OpenAsync(files);
        var a = await first.SealAsync("a");
        var b = await first.SealAsync("b", 1);
        await first.FlushAsync();
        await using var second = await OpenAsync();
        await second.FlushAsync();
        await second.ApplyAsync(CatalogChange.Of("compacted") with { Add = [second.Write("AB")], Remove = [a.Name, b.Name] });
        await second.FlushAsync();
        await first.SealAsync("c", 2);
        await first.ApplyAsync(CatalogChange.Of("compacted") with { Add = [first.Write("ab")], Remove = [a.Name, b.Name] });
        await first.FlushAsync();

        await first.Stores.AcquireAsync(0, CatalogHarness.Cancellation);
        await first.FlushAsync();

        Assert.Equal(["AB", "c"], await first.ReadAllAsync());
        Assert.Equal(0, first.Stores.Status().SpoolBytes);
        Assert.DoesNotContain(files.Paths, static p => p.Contains("/spool/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sequences_of_a_process_that_has_not_reached_the_store_are_higher_than_all_that_were_given_out()
    {
        await using var first = await OpenAsync();
        await first.FlushAsync();
        var sealedThere = await first.SealAsync("a");
        await first.FlushAsync();
        await using var second = await OpenAsync();

        var sealedHere = await second.SealAsync("b", 1);
        await second.FlushAsync();

        Assert.True(sealedHere.Sequence > sealedThere.Sequence);
        Assert.True(second.Shard.NextSequence() > sealedHere.Sequence);
        Assert.Equal(["a", "b"], await second.ReadAllAsync());
    }

    [Fact]
    public async Task A_data_directory_that_was_lost_is_found_again_in_the_store()
    {
        await using (var first = await OpenAsync())
        {
            await first.SealAsync("a");
            await first.SealAsync("b", 1);
            await first.FlushAsync();
        }

        await using var second = await OpenAsync();
        await second.FlushAsync();

        Assert.Equal(["a", "b"], await second.ReadAllAsync());
    }

    [Fact]
    public async Task A_catalog_that_was_deleted_is_written_again_from_local_disk()
    {
        var files = new FaultyFileSystem();
        await using (var first = await OpenAsync(files))
        {
            await first.SealAsync("a");
            await first.FlushAsync();
        }

        Assert.True(_objects.All.TryRemove("shards/0000/catalog.json", out _));
        await using (var second = await OpenAsync(files))
        {
            await second.FlushAsync();
        }

        await using var third = await OpenAsync();
        await third.FlushAsync();
        Assert.Equal(["a"], await third.ReadAllAsync());
    }

    [Fact]
    public async Task A_catalog_object_that_is_damaged_is_not_overwritten()
    {
        await using var first = await OpenAsync();
        await first.SealAsync("a");
        await first.FlushAsync();
        var (content, version) = _objects.All["shards/0000/catalog.json"];
        var damaged = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content).Replace("\"samples\": 1", "\"samples\": 7", StringComparison.Ordinal));
        _objects.All["shards/0000/catalog.json"] = (damaged, version);

        await using var second = await OpenAsync();
        var error = await Assert.ThrowsAsync<ObjectStoreException>(second.FlushAsync);

        Assert.Contains("its checksum is wrong", error.Message, StringComparison.Ordinal);
        Assert.Equal(damaged, _objects.All["shards/0000/catalog.json"].Content);
        Assert.Contains("its checksum is wrong", second.Stores.ViewOf(0).Problem, StringComparison.Ordinal);
    }

    private Task<CatalogHarness> OpenAsync(FaultyFileSystem? files = null) =>
        CatalogHarness.OpenAsync(files ?? new FaultyFileSystem(), new FaultyObjectStore(_objects));
}
