using Metrics.Core.Backup;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Storage;
using Metrics.Core.Tests.Catalog;
using Metrics.Core.Tests.Files;
using Metrics.Core.Tests.Maintenance;
using Metrics.Core.Tests.Storage;
using static Metrics.Core.Tests.Maintenance.MaintenanceHarness;

namespace Metrics.Core.Tests.Backup;

/// <summary>Broken off at every single operation in turn.</summary>
public sealed class BackupFaultTests
{
    [Theory]
    [InlineData(StoreFault.Before)]
    [InlineData(StoreFault.After)]
    public async Task A_backup_that_is_broken_off_anywhere_is_none_or_whole_and_goes_on_when_it_is_repeated(StoreFault fault)
    {
        await using var scenario = await BackupScenario.StartAsync(3);
        var expected = await scenario.ReadAsync();
        var (source, place) = (new FaultyObjectStore(scenario.Live), new FaultyObjectStore(new Objects()));
        var whole = await scenario.BackupAsync(source, place);
        Assert.True(place.Operations > 4);

        for (var at = 1; at <= source.Operations + place.Operations; at++)
        {
            scenario.Place.All.Clear();
            var failing = new FaultyObjectStore(scenario.Place) { FaultAt = Math.Max(0, at - source.Operations), Fault = fault, DiesAtFault = true };
            await Assert.ThrowsAsync<ObjectStoreUnavailableException>(() => scenario.BackupAsync(
                new FaultyObjectStore(scenario.Live) { FaultAt = at <= source.Operations ? at : 0, Fault = fault, DiesAtFault = true }, failing));
            var copied = scenario.Place.All.Keys.Count(static n => n.StartsWith("shards/", StringComparison.Ordinal));
            var finished = (await RestoreJob.ListAsync(new FaultyObjectStore(scenario.Place), Cancellation)).Count;
            Assert.Equal(fault == StoreFault.After && at == source.Operations + place.Operations ? 1 : 0, finished);

            var again = await scenario.BackupAsync();
            Assert.Equal((whole.Manifest.Blocks, copied), (again.Manifest.Blocks, (int)again.Skipped));
            var verified = await scenario.VerifyBackupsAsync();
            Assert.Empty(verified.Damaged);
            Assert.Equal(whole.Manifest.Blocks, verified.Blocks);
        }

        await using var restored = await scenario.StartRestoredAsync();
        Assert.Equal(expected, await BruteReader.SamplesAsync(restored));
    }

    [Theory]
    [InlineData(StoreFault.Before)]
    [InlineData(StoreFault.After)]
    public async Task A_restore_that_is_broken_off_at_any_operation_of_the_store_is_repeated_to_the_same_end(StoreFault fault)
    {
        await using var scenario = await RichAsync();
        var expected = await scenario.ReadAsync();
        var target = new FaultyObjectStore(new Objects());
        await scenario.RestoreAsync(target, new FaultyFileSystem());
        for (var at = 1; at <= target.Operations; at++)
        {
            var (files, objects) = (new FaultyFileSystem(), new Objects());
            var failing = new FaultyObjectStore(objects) { FaultAt = at, Fault = fault, DiesAtFault = true };
            await Assert.ThrowsAsync<ObjectStoreUnavailableException>(() => scenario.RestoreAsync(failing, files));
            Assert.False(files.FileExists(Path.Combine(EngineHarness.Directory, DataSetManifest.FileName)));
            var after = files.AfterKill();
            await scenario.RestoreAsync(new FaultyObjectStore(objects), after);
            await CheckAsync(scenario, expected, after, objects);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restore_that_is_broken_off_at_any_operation_on_files_is_repeated_to_the_same_end(bool dies)
    {
        await using var scenario = await RichAsync();
        var expected = await scenario.ReadAsync();
        var whole = new FaultyFileSystem();
        await scenario.RestoreAsync(new FaultyObjectStore(new Objects()), whole);
        for (var at = 1; at <= whole.Operations; at++)
        {
            var (files, objects) = (new FaultyFileSystem { FaultAt = at, Fault = dies ? FaultKind.Kill : FaultKind.Error }, new Objects());
            await Assert.ThrowsAnyAsync<Exception>(() => scenario.RestoreAsync(new FaultyObjectStore(objects), files));
            var after = files.AfterKill();

            // The last step may have been done when the failure came: then there is a data set, and it is whole.
            if (!after.FileExists(Path.Combine(EngineHarness.Directory, DataSetManifest.FileName)))
            {
                await scenario.RestoreAsync(new FaultyObjectStore(objects), after);
            }

            await CheckAsync(scenario, expected, after, objects);
        }
    }

    private static async Task<BackupScenario> RichAsync()
    {
        var scenario = await BackupScenario.StartAsync(2);
        await scenario.Server.Policies.SetAsync(
            [new Core.Maintenance.Retention.RetentionPolicy("long", "cpu*", [], TimeSpan.FromDays(4000), null, null, null)], Cancellation);
        await scenario.BackupAsync();
        return scenario;
    }

    private static async Task CheckAsync(
        BackupScenario scenario, SortedDictionary<(string Series, long AtMs), double> expected, FaultyFileSystem files, Objects objects)
    {
        await using var restored = await scenario.StartAsync(files, objects);
        Assert.Equal(expected, await BruteReader.SamplesAsync(restored));
        Assert.Single(restored.Policies.Get());
    }
}
