using Metrics.Core.Backup;
using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Tests.Catalog;
using Metrics.Core.Tests.Files;
using Metrics.Core.Tests.Maintenance;
using Microsoft.Extensions.Time.Testing;
using static Metrics.Core.Tests.Maintenance.MaintenanceHarness;

namespace Metrics.Core.Tests.Backup;

/// <summary>A server with data, a place for its backups, and new servers made of them.</summary>
internal sealed class BackupScenario : IAsyncDisposable
{
    private BackupScenario(MaintenanceHarness server) => Server = server;

    public MaintenanceHarness Server { get; private set; }

    public PointModel Model { get; private init; } = new();

    /// <summary>The server's objects.</summary>
    public Objects Live => Server.Objects.Objects;

    public Objects Place { get; } = new();

    private FaultyFileSystem Files { get; init; } = null!;

    public static async Task<BackupScenario> StartAsync(int hours = 5, int stepSeconds = 20)
    {
        var files = new FaultyFileSystem();
        var scenario = new BackupScenario(await OpenAsync(files)) { Files = files, Model = new PointModel(stepSeconds: stepSeconds) };
        await scenario.WriteAsync(0, hours);
        return scenario;
    }

    /// <summary>Writes some hours of points and has them in blocks.</summary>
    public async Task WriteAsync(int fromHour, int hours)
    {
        for (var hour = fromHour; hour < fromHour + hours; hour++)
        {
            await Server.WriteAsync(Model.Hour(StartMs + (hour * HourMs)));
            Server.Time.Advance(TimeSpan.FromHours(1));
        }

        await Server.Maintenance.SealAllAsync(Cancellation);
    }

    public async Task RestartAsync()
    {
        await Server.DisposeAsync();
        Server = await OpenAsync(Files, Live, Server.Time);
    }

    public Task<CopyResult> BackupAsync(FaultyObjectStore? source = null, FaultyObjectStore? place = null) =>
        new BackupJob(source ?? new FaultyObjectStore(Live), place ?? new FaultyObjectStore(Place), Server.Time).RunAsync(cancellation: Cancellation);

    public Task<VerifyResult> VerifyBackupsAsync() => new VerifyJob(new FaultyObjectStore(Place)).RunBackupsAsync(cancellation: Cancellation);

    public Task<VerifyResult> VerifyAsync() => new VerifyJob(new FaultyObjectStore(Live)).RunAsync(cancellation: Cancellation);

    /// <summary>Restores into a store and a directory, both new ones when they are left out.</summary>
    public Task<CopyResult> RestoreAsync(FaultyObjectStore target, FaultyFileSystem files, string? id = null) =>
        new RestoreJob(new FaultyObjectStore(Place), target, files, Storage.EngineHarness.Directory, Server.Time).RunAsync(id, cancellation: Cancellation);

    /// <summary>A server on a data set that was restored.</summary>
    public async Task<MaintenanceHarness> StartRestoredAsync(string? id = null)
    {
        var (files, objects) = (new FaultyFileSystem(), new Objects());
        await RestoreAsync(new FaultyObjectStore(objects), files, id);
        return await StartAsync(files, objects);
    }

    public async Task<MaintenanceHarness> StartAsync(FaultyFileSystem files, Objects objects)
    {
        var restored = await OpenAsync(files, objects, new FakeTimeProvider(Server.Time.GetUtcNow()));
        await restored.Stores.FlushAsync(Cancellation);
        return restored;
    }

    public async Task<SortedDictionary<(string Series, long AtMs), double>> ReadAsync() => await BruteReader.SamplesAsync(Server);

    public BlockInfo FirstBlock() => Server.Maintenance.Works.SelectMany(static w => w.Store.Catalog.Blocks).First(static b => b.Resolution == Resolution.Raw);

    /// <summary>Changes one byte of an object.</summary>
    public static void Flip(Objects objects, string name, int offset)
    {
        var content = (byte[])objects.All[name].Content.Clone();
        content[offset] ^= 0x40;
        objects.All[name] = (content, objects.NextVersion());
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
