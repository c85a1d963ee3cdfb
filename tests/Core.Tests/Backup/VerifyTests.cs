using Metrics.Core.Backup;
using Metrics.Core.Tests.Catalog;
using static Metrics.Core.Tests.Maintenance.MaintenanceHarness;

namespace Metrics.Core.Tests.Backup;

public sealed class VerifyTests
{
    [Fact]
    public async Task A_data_set_and_its_backups_without_damage_are_found_to_be_right_and_counted()
    {
        await using var scenario = await BackupScenario.StartAsync();
        await scenario.BackupAsync();
        var listed = scenario.Server.Maintenance.Works.SelectMany(static w => w.Store.Catalog.Blocks).ToList();
        foreach (var result in new[] { await scenario.VerifyAsync(), await scenario.VerifyBackupsAsync() })
        {
            Assert.Empty(result.Damaged);
            Assert.Empty(result.SetAside);
            Assert.Equal((2, listed.Count, listed.Sum(static b => b.Bytes)), (result.Shards, result.Blocks, result.Bytes));
            Assert.Equal(scenario.Model.Points.Count, result.Samples);
        }
    }

    [Fact]
    public async Task Every_byte_of_a_block_is_under_some_check_and_the_damage_is_named_with_its_place()
    {
        await using var scenario = await BackupScenario.StartAsync(1);
        var block = scenario.FirstBlock();
        var length = (int)block.Bytes;
        for (var offset = 0; offset < length; offset += offset < 64 || offset > length - 400 ? 1 : 97)
        {
            BackupScenario.Flip(scenario.Live, block.Name, offset);
            var finding = Assert.Single((await scenario.VerifyAsync()).Damaged);
            Assert.True(finding.Name == block.Name && finding.IsBlock, $"{offset}: {finding.Name}");
            Assert.All(finding.Problems, problem => Assert.False(string.IsNullOrWhiteSpace(problem), $"{offset}"));
            BackupScenario.Flip(scenario.Live, block.Name, offset);
        }

        Assert.Empty((await scenario.VerifyAsync()).Damaged);
    }

    [Fact]
    public async Task A_damaged_chunk_is_named_with_its_series_and_offset()
    {
        await using var scenario = await BackupScenario.StartAsync(1);
        var block = scenario.FirstBlock();
        BackupScenario.Flip(scenario.Live, block.Name, 100);
        var problem = Assert.Single(Assert.Single((await scenario.VerifyAsync()).Damaged).Problems);
        Assert.Matches("offset|at [0-9]+", problem);
    }

    [Fact]
    public async Task Blocks_that_are_missing_cut_short_or_exchanged_are_named_each()
    {
        await using var scenario = await BackupScenario.StartAsync(8);
        var blocks = scenario.Server.Stores.Stores[0].Catalog.Blocks;
        Assert.True(blocks.Count >= 3);
        scenario.Live.All.TryRemove(blocks[0].Name, out _);
        var (content, version) = scenario.Live.All[blocks[1].Name];
        scenario.Live.All[blocks[1].Name] = (content[..^1], version);
        scenario.Live.All[blocks[2].Name] = (content, version);

        var damaged = (await scenario.VerifyAsync()).Damaged.ToDictionary(static d => d.Name, static d => string.Join(';', d.Problems));
        Assert.Equal(blocks.Take(3).Select(static b => b.Name).Order(StringComparer.Ordinal), damaged.Keys);
        Assert.Equal("the object is not there", damaged[blocks[0].Name]);
        Assert.Equal($"the object has {content.Length - 1} bytes instead of {content.Length}", damaged[blocks[1].Name]);
        Assert.Matches(content.Length == blocks[2].Bytes ? "not the block that is listed" : "bytes instead of", damaged[blocks[2].Name]);
    }

    [Fact]
    public async Task A_damaged_catalog_and_a_missing_one_are_named_and_the_other_shards_are_checked_all_the_same()
    {
        await using var scenario = await BackupScenario.StartAsync();
        var other = scenario.Server.Stores.Stores[1].Catalog.Blocks;
        BackupScenario.Flip(scenario.Live, "shards/0000/catalog.json", 300);
        var result = await scenario.VerifyAsync();
        var finding = Assert.Single(result.Damaged);
        Assert.Equal("shards/0000/catalog.json", finding.Name);
        Assert.False(finding.IsBlock);
        Assert.Equal(["its checksum is wrong"], finding.Problems);
        Assert.Equal(other.Count, result.Blocks);

        scenario.Live.All.TryRemove("shards/0000/catalog.json", out _);
        Assert.Equal(["the object is not there"], Assert.Single((await scenario.VerifyAsync()).Damaged).Problems);
    }

    [Fact]
    public async Task Damage_in_any_backup_of_a_place_is_found_that_of_their_lists_included()
    {
        await using var scenario = await BackupScenario.StartAsync(2);
        var first = await scenario.BackupAsync();
        var block = scenario.FirstBlock();
        await scenario.WriteAsync(2, 4);
        var second = await scenario.BackupAsync();
        BackupScenario.Flip(scenario.Place, block.Name, 50);
        BackupScenario.Flip(scenario.Place, $"backups/{second.Manifest.Id}.json", 500);
        var result = await scenario.VerifyBackupsAsync();
        Assert.Equal([$"backups/{second.Manifest.Id}.json", block.Name], result.Damaged.Select(static d => d.Name));
        Assert.Equal(first.Manifest.Blocks, result.Blocks);
    }

    [Fact]
    public async Task Blocks_that_were_set_aside_before_are_listed_apart_and_are_no_new_damage()
    {
        await using var scenario = await BackupScenario.StartAsync();
        var block = scenario.FirstBlock();
        var shard = scenario.Server.Stores.Stores.Single(s => s.Catalog.Blocks.Contains(block)).Shard;
        scenario.Server.Stores.ReportDamage(shard, block, "a chunk's checksum is wrong");
        await scenario.Server.Stores.FlushAsync(Cancellation);
        var result = await scenario.VerifyAsync();
        Assert.Empty(result.Damaged);
        var aside = Assert.Single(result.SetAside);
        Assert.Equal((block.Name, "a chunk's checksum is wrong"), (aside.Name, Assert.Single(aside.Problems)));
        Assert.True(scenario.Live.All.ContainsKey(block.Name));
    }

    [Fact]
    public async Task Blocks_that_are_replaced_while_they_are_checked_are_no_damage()
    {
        await using var scenario = await BackupScenario.StartAsync(24);
        var compacted = 0;
        var store = new FaultyObjectStore(scenario.Live)
        {
            On = (operation, _) =>
            {
                if (operation == "read" && Interlocked.Exchange(ref compacted, 1) == 0)
                {
                    scenario.Server.Time.Advance(TimeSpan.FromDays(1));
                    scenario.Server.SettleAsync().GetAwaiter().GetResult();
                    scenario.Server.SettleAsync().GetAwaiter().GetResult();
                }
            },
        };
        var before = scenario.Live.All.Keys.ToList();
        Assert.Empty((await new VerifyJob(store).RunAsync(cancellation: Cancellation)).Damaged);
        Assert.Contains(before, name => !scenario.Live.All.ContainsKey(name));
    }

    [Fact]
    public async Task A_store_with_neither_data_nor_backups_is_refused()
    {
        var job = new VerifyJob(new FaultyObjectStore(new Objects()));
        await Assert.ThrowsAsync<BackupException>(() => job.RunAsync(cancellation: Cancellation));
        await Assert.ThrowsAsync<BackupException>(() => job.RunBackupsAsync(cancellation: Cancellation));
    }
}
