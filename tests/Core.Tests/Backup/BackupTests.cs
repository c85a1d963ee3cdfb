using Metrics.Core.Backup;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.Tests.Catalog;
using Metrics.Core.Tests.Maintenance;
using Microsoft.Extensions.Time.Testing;
using static Metrics.Core.Tests.Maintenance.MaintenanceHarness;

namespace Metrics.Core.Tests.Backup;

public sealed class BackupTests
{
    [Fact]
    public async Task A_restored_data_set_has_every_sample_of_the_backup_and_takes_new_ones()
    {
        await using var scenario = await BackupScenario.StartAsync();
        var expected = await scenario.ReadAsync();
        Assert.NotEmpty(expected);
        var backup = await scenario.BackupAsync();
        Assert.Equal((backup.Manifest.Blocks, backup.Manifest.Bytes, 0), (backup.Copied, backup.CopiedBytes, backup.Skipped));

        await using var restored = await scenario.StartRestoredAsync();
        Assert.Equal(expected, await BruteReader.SamplesAsync(restored));

        var later = new PointModel();
        await restored.WriteAsync(later.Hour(StartMs + (6 * HourMs)));
        restored.Time.Advance(TimeSpan.FromHours(30));
        await restored.SettleAsync();
        Assert.Null(restored.Problem);
        Assert.Equal(expected.Count + later.PointsPerHour, (await BruteReader.SamplesAsync(restored)).Count);
    }

    [Fact]
    public async Task A_second_backup_copies_only_what_is_new_and_leaves_the_first_as_it_was()
    {
        await using var scenario = await BackupScenario.StartAsync(4);
        var early = await scenario.ReadAsync();
        var first = await scenario.BackupAsync();
        await scenario.WriteAsync(4, 2);
        var place = new FaultyObjectStore(scenario.Place);
        var second = await scenario.BackupAsync(place: place);

        Assert.Equal(first.Manifest.Blocks, second.Skipped);
        Assert.Equal(second.Manifest.Blocks - first.Manifest.Blocks, second.Copied);
        Assert.True(second.Copied > 0);
        Assert.Equal(0, place.Reads);
        var third = await scenario.BackupAsync();
        Assert.Equal((0, second.Manifest.Blocks), (third.Copied, third.Skipped));
        Assert.Equal([first.Manifest.Id, second.Manifest.Id, third.Manifest.Id], await RestoreJob.ListAsync(new FaultyObjectStore(scenario.Place), Cancellation));

        await using var older = await scenario.StartRestoredAsync(first.Manifest.Id);
        Assert.Equal(early, await BruteReader.SamplesAsync(older));
        await using var newest = await scenario.StartRestoredAsync();
        Assert.Equal(await scenario.ReadAsync(), await BruteReader.SamplesAsync(newest));
    }

    [Fact]
    public async Task Blocks_that_are_compacted_and_deleted_while_they_are_copied_are_backed_up_as_what_became_of_them()
    {
        await using var scenario = await BackupScenario.StartAsync(24);
        var expected = await scenario.ReadAsync();
        var compacted = 0;
        var source = new FaultyObjectStore(scenario.Live)
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
        var before = scenario.Live.All.Keys.ToHashSet();
        var backup = await scenario.BackupAsync(source);
        Assert.Contains(before, name => !scenario.Live.All.ContainsKey(name));
        Assert.All(backup.Manifest.Shards.SelectMany(static s => s.Blocks), b => Assert.True(scenario.Place.All.ContainsKey(b.Name)));
        Assert.Empty((await scenario.VerifyBackupsAsync()).Damaged);

        await using var restored = await scenario.StartRestoredAsync();
        Assert.Equal(expected, await BruteReader.SamplesAsync(restored));
    }

    [Fact]
    public async Task A_block_that_is_listed_and_not_there_is_named_and_makes_no_backup()
    {
        await using var scenario = await BackupScenario.StartAsync();
        var block = scenario.FirstBlock();
        scenario.Live.All.TryRemove(block.Name, out _);
        var e = await Assert.ThrowsAsync<BackupException>(() => scenario.BackupAsync());
        Assert.Contains(block.Name, e.Message, StringComparison.Ordinal);
        Assert.Empty(await RestoreJob.ListAsync(new FaultyObjectStore(scenario.Place), Cancellation));
    }

    [Fact]
    public async Task A_block_that_was_cut_short_is_named_and_makes_no_backup()
    {
        await using var scenario = await BackupScenario.StartAsync();
        var block = scenario.FirstBlock();
        var (content, version) = scenario.Live.All[block.Name];
        scenario.Live.All[block.Name] = (content[..^10], version);
        var e = await Assert.ThrowsAsync<BackupException>(() => scenario.BackupAsync());
        Assert.Contains($"{block.Name} has {content.Length - 10} bytes instead of {content.Length}", e.Message, StringComparison.Ordinal);
        Assert.Empty(await RestoreJob.ListAsync(new FaultyObjectStore(scenario.Place), Cancellation));
    }

    [Fact]
    public async Task Another_data_set_does_not_get_into_a_place_that_has_backups_of_one()
    {
        await using var scenario = await BackupScenario.StartAsync();
        await scenario.BackupAsync();
        var before = scenario.Place.All.ToDictionary(static o => o.Key, static o => o.Value.Version);
        await using var other = await BackupScenario.StartAsync(stepSeconds: 30);
        Assert.Contains(other.Live.All.Keys, name => name.EndsWith(".block", StringComparison.Ordinal) && before.ContainsKey(name));
        var job = new BackupJob(new FaultyObjectStore(other.Live), new FaultyObjectStore(scenario.Place), other.Server.Time);
        var e = await Assert.ThrowsAsync<BackupException>(() => job.RunAsync(cancellation: Cancellation));
        Assert.Contains("another data set", e.Message, StringComparison.Ordinal);
        Assert.All(before, o => Assert.Equal(o.Value, scenario.Place.All[o.Key].Version));
        Assert.Single(await RestoreJob.ListAsync(new FaultyObjectStore(scenario.Place), Cancellation));
    }

    [Fact]
    public async Task A_data_set_and_another_one_made_of_its_backup_can_be_backed_up_to_the_same_place()
    {
        await using var scenario = await BackupScenario.StartAsync(4);
        await scenario.BackupAsync();
        await using var restored = await scenario.StartRestoredAsync();
        await scenario.RestartAsync();
        await scenario.WriteAsync(4, 2);
        await restored.WriteAsync(new PointModel().Hour(StartMs + (5 * HourMs)));
        await restored.Maintenance.SealAllAsync(Cancellation);

        var one = await scenario.BackupAsync();
        var other = await new BackupJob(restored.Objects, new FaultyObjectStore(scenario.Place), restored.Time).RunAsync(cancellation: Cancellation);
        Assert.True(one.Copied > 0 && other.Copied > 0);
        await using var first = await scenario.StartRestoredAsync(one.Manifest.Id);
        await using var second = await scenario.StartRestoredAsync(other.Manifest.Id);
        Assert.Equal(await scenario.ReadAsync(), await BruteReader.SamplesAsync(first));
        Assert.Equal(await BruteReader.SamplesAsync(restored), await BruteReader.SamplesAsync(second));
    }

    [Fact]
    public async Task Retention_policies_are_in_force_before_the_restored_server_has_asked_its_store()
    {
        await using var scenario = await BackupScenario.StartAsync();
        await scenario.Server.Policies.SetAsync([new RetentionPolicy("long", "cpu*", [], TimeSpan.FromDays(4000), null, null, null)], Cancellation);
        await scenario.BackupAsync();
        await using var restored = await scenario.StartRestoredAsync();
        Assert.Equal("long", Assert.Single(restored.Policies.Get()).Name);
        Assert.Equal(scenario.Live.All[RetentionPolicies.ObjectName].Content, restored.Objects.Objects.All[RetentionPolicies.ObjectName].Content);
    }

    [Fact]
    public async Task Blocks_that_are_set_aside_stay_out_of_the_backup_and_known_to_what_is_made_of_it()
    {
        await using var scenario = await BackupScenario.StartAsync();
        var block = scenario.FirstBlock();
        var shard = scenario.Server.Stores.Stores.Single(s => s.Catalog.Blocks.Contains(block)).Shard;
        BackupScenario.Flip(scenario.Live, block.Name, 40);
        scenario.Server.Stores.ReportDamage(shard, block, "its checksum is wrong");
        await scenario.Server.Stores.FlushAsync(Cancellation);
        var backup = await scenario.BackupAsync();
        Assert.DoesNotContain(block.Name, scenario.Place.All.Keys);
        Assert.True(backup.Manifest.Blocks > 0);
        await using var restored = await scenario.StartRestoredAsync();
        Assert.Equal(block.Name, Assert.Single(restored.Stores[shard].Catalog.Damaged).Block.Name);
    }

    [Fact]
    public async Task A_store_without_a_data_set_and_a_data_set_with_a_catalog_missing_are_not_backed_up()
    {
        var none = new BackupJob(new FaultyObjectStore(new Objects()), new FaultyObjectStore(new Objects()), new FakeTimeProvider());
        Assert.Contains("nothing to back up", (await Assert.ThrowsAsync<BackupException>(() => none.RunAsync(cancellation: Cancellation))).Message, StringComparison.Ordinal);

        await using var scenario = await BackupScenario.StartAsync();
        scenario.Live.All.TryRemove("shards/0001/catalog.json", out _);
        var e = await Assert.ThrowsAsync<BackupException>(() => scenario.BackupAsync());
        Assert.Contains("shards/0001/catalog.json", e.Message, StringComparison.Ordinal);
    }
}
