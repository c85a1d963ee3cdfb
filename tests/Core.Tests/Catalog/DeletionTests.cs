using Metrics.Core.Catalog;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Tests.Files;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Core.Tests.Catalog;

public sealed class DeletionTests
{
    private readonly FaultyFileSystem _files = new();
    private readonly Objects _objects = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));

    [Fact]
    public async Task A_removed_block_is_deleted_once_the_catalog_is_published_and_older_leases_are_released()
    {
        await using var harness = await OpenAsync();
        var block = await harness.SealAsync("a");
        await harness.FlushAsync();
        var lease = harness.Stores.Lease();
        await RemoveAsync(harness, block);
        await harness.FlushAsync();

        Assert.Contains(block.Name, _objects.All.Keys);
        Assert.Equal("a", await harness.ReadAsync(Assert.Single(lease[0].Catalog.Blocks)));
        Assert.Empty(await harness.ReadAllAsync());
        var younger = harness.Stores.Lease();
        Assert.Equal(2, harness.Stores.Status().ViewLeases);

        lease.Dispose();
        await harness.FlushAsync();

        Assert.DoesNotContain(block.Name, _objects.All.Keys);
        Assert.Equal(0, harness.Stores.Status().GarbageObjects);
        younger.Dispose();
    }

    [Fact]
    public async Task A_spooled_block_that_was_removed_stays_for_the_leases_that_list_it()
    {
        await using var harness = await OpenAsync();
        var block = await harness.SealAsync("a");
        var lease = harness.Stores.Lease();
        await RemoveAsync(harness, block);
        await harness.FlushAsync();

        Assert.Equal("a", await harness.ReadAsync(Assert.Single(lease[0].Catalog.Blocks)));

        lease.Dispose();
        await harness.FlushAsync();
        Assert.Equal(0, harness.Stores.Status().SpoolBytes);
        Assert.DoesNotContain(_files.Paths, static p => p.Contains("/spool/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deletion_that_a_crash_interrupted_is_done_after_the_restart()
    {
        var store = new FaultyObjectStore(_objects);
        BlockInfo block;
        await using (var first = await OpenAsync(store))
        {
            block = await first.SealAsync("a");
            await first.FlushAsync();
            await RemoveAsync(first, block);
            store.On = (operation, _) => store.Away |= operation == "delete";
            await Assert.ThrowsAsync<ObjectStoreUnavailableException>(first.FlushAsync);
        }

        Assert.Contains(block.Name, _objects.All.Keys);
        await using var second = await OpenAsync();
        Assert.Equal(1, second.Stores.Status().GarbageObjects);
        await second.FlushAsync();
        Assert.DoesNotContain(block.Name, _objects.All.Keys);
        Assert.Equal(0, second.Stores.Status().GarbageObjects);
    }

    [Fact]
    public async Task Objects_that_no_catalog_lists_are_swept_but_for_those_of_a_newer_epoch()
    {
        await using (var first = await OpenAsync())
        {
            await first.SealAsync("a");
            await first.FlushAsync();
        }

        string[] unlisted =
        [
            "shards/0000/raw/19700101T000000-19700101T020000-1-77.block",
            "shards/0000/1m/19700101T000000-19700101T020000-2-78.block",
        ];
        string[] others =
        [
            "shards/0000/raw/19700101T000000-19700101T020000-3-79.block",
            "shards/0001/raw/19700101T000000-19700101T020000-1-80.block",
            "shards/0000/notes.txt",
        ];
        foreach (var name in unlisted.Concat(others))
        {
            _objects.All[name] = ([1], _objects.NextVersion());
        }

        await using var second = await OpenAsync();
        await second.FlushAsync();

        Assert.DoesNotContain(_objects.All.Keys, unlisted.Contains);
        Assert.Superset(others.ToHashSet(), _objects.All.Keys.ToHashSet());
        Assert.Equal(["a"], await second.ReadAllAsync());

        // And once a day.
        _objects.All[unlisted[0]] = ([1], _objects.NextVersion());
        await second.FlushAsync();
        Assert.Contains(unlisted[0], _objects.All.Keys);
        _time.Advance(TimeSpan.FromDays(1));
        await second.FlushAsync();
        Assert.DoesNotContain(unlisted[0], _objects.All.Keys);
    }

    [Fact]
    public async Task An_owner_that_lost_the_shard_sweeps_nothing()
    {
        await using var first = await OpenAsync();
        await first.FlushAsync();
        await using var second = await CatalogHarness.OpenAsync(new FaultyFileSystem(), new FaultyObjectStore(_objects), _time);
        await second.FlushAsync();
        const string Unlisted = "shards/0000/raw/19700101T000000-19700101T020000-1-77.block";
        _objects.All[Unlisted] = ([1], _objects.NextVersion());

        _time.Advance(TimeSpan.FromDays(1));
        await first.FlushAsync();

        Assert.Equal(ShardStoreState.Fenced, first.Shard.State);
        Assert.Contains(Unlisted, _objects.All.Keys);
    }

    [Fact]
    public async Task A_damaged_block_is_set_aside_for_good_and_its_object_stays()
    {
        BlockInfo block;
        await using (var first = await OpenAsync())
        {
            block = await first.SealAsync("a");
            await first.SealAsync("b", 1);
            first.Stores.ReportDamage(0, block, "its checksum is wrong");
            first.Stores.ReportDamage(0, block, "said twice");
            await first.FlushAsync();
            Assert.Equal(["b"], await first.ReadAllAsync());
            await RemoveAsync(first, block);
            await first.FlushAsync();
        }

        await using var second = await CatalogHarness.OpenAsync(new FaultyFileSystem(), new FaultyObjectStore(_objects), _time);
        await second.FlushAsync();
        Assert.Equal("its checksum is wrong", Assert.Single(second.Shard.Catalog.Damaged).Reason);
        Assert.Contains(block.Name, _objects.All.Keys);
    }

    private static Task RemoveAsync(CatalogHarness harness, BlockInfo block) =>
        harness.ApplyAsync(CatalogChange.Of("retention") with { Remove = [block.Name] });

    private Task<CatalogHarness> OpenAsync(FaultyObjectStore? store = null) =>
        CatalogHarness.OpenAsync(_files, store ?? new FaultyObjectStore(_objects), _time);
}
