using Metrics.Core.Backup;
using Metrics.Core.Files;
using Metrics.Core.Storage;
using Metrics.Core.Tests.Catalog;
using Metrics.Core.Tests.Files;
using Metrics.Core.Tests.Maintenance;
using Metrics.Core.Tests.Storage;
using static Metrics.Core.Tests.Maintenance.MaintenanceHarness;

namespace Metrics.Core.Tests.Backup;

public sealed class RestoreTests
{
    [Fact]
    public async Task Nothing_is_restored_over_a_data_set()
    {
        await using var scenario = await BackupScenario.StartAsync(3);
        await scenario.BackupAsync();
        var (files, objects) = (new FaultyFileSystem(), new Objects());
        await scenario.RestoreAsync(new FaultyObjectStore(objects), files);

        var directory = await Assert.ThrowsAsync<BackupException>(() => scenario.RestoreAsync(new FaultyObjectStore(new Objects()), files));
        Assert.Contains($"{EngineHarness.Directory} has a data set", directory.Message, StringComparison.Ordinal);
        Assert.Contains("Metrics:DataPath", directory.Message, StringComparison.Ordinal);

        // The store of a server that runs, with a new directory.
        var before = scenario.Live.All.ToDictionary(static o => o.Key, static o => o.Value.Version);
        var store = await Assert.ThrowsAsync<BackupException>(() => scenario.RestoreAsync(new FaultyObjectStore(scenario.Live), new FaultyFileSystem()));
        Assert.Contains("Metrics:ObjectStore", store.Message, StringComparison.Ordinal);
        Assert.Equal(before, scenario.Live.All.ToDictionary(static o => o.Key, static o => o.Value.Version));
    }

    [Fact]
    public async Task Nothing_is_restored_under_a_running_server()
    {
        await using var scenario = await BackupScenario.StartAsync(1);
        await scenario.BackupAsync();
        var files = new FaultyFileSystem();
        files.CreateDirectory(EngineHarness.Directory);
        using var held = files.Lock(Path.Combine(EngineHarness.Directory, StorageEngine.LockFile));
        await Assert.ThrowsAsync<FileLockedException>(() => scenario.RestoreAsync(new FaultyObjectStore(new Objects()), files));
    }

    [Fact]
    public async Task A_place_without_backups_an_unknown_backup_and_a_damaged_one_are_named_with_what_there_is()
    {
        await using var scenario = await BackupScenario.StartAsync(2);
        Assert.Contains("no backup", (await FailAsync(null)).Message, StringComparison.Ordinal);
        var first = (await scenario.BackupAsync()).Manifest.Id;
        Assert.Contains(first, (await FailAsync("20200101T000000Z")).Message, StringComparison.Ordinal);

        var second = (await scenario.BackupAsync()).Manifest.Id;
        BackupScenario.Flip(scenario.Place, $"backups/{second}.json", 200);
        var damaged = await FailAsync(null);
        Assert.Contains($"{second} cannot be read: its checksum is wrong", damaged.Message, StringComparison.Ordinal);
        Assert.Contains(first, damaged.Message, StringComparison.Ordinal);
        await using var older = await scenario.StartRestoredAsync(first);
        Assert.Equal(await scenario.ReadAsync(), await BruteReader.SamplesAsync(older));

        Task<BackupException> FailAsync(string? id) =>
            Assert.ThrowsAsync<BackupException>(() => scenario.RestoreAsync(new FaultyObjectStore(new Objects()), new FaultyFileSystem(), id));
    }
}
