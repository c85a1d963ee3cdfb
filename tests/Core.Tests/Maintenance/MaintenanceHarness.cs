using Metrics.Core.Catalog;
using Metrics.Core.Files;
using Metrics.Core.Maintenance;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.Model;
using Metrics.Core.Storage;
using Metrics.Core.Tests.Catalog;
using Metrics.Core.Tests.Storage;
using Metrics.Core.Wal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Core.Tests.Maintenance;

/// <summary>One process over files, objects and a clock that outlive it.</summary>
internal sealed class MaintenanceHarness : IAsyncDisposable
{
    public const long MinuteMs = 60_000;
    public const long HourMs = 3_600_000;
    public const long DayMs = 86_400_000;

    /// <summary>Midnight.</summary>
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static long StartMs => Start.ToUnixTimeMilliseconds();

    private MaintenanceHarness(IFileSystem files, FaultyObjectStore objects, FakeTimeProvider time, HarnessOptions options)
    {
        Time = time;
        Objects = objects;
        Engine = EngineHarness.Create(
            files, new StorageOptions { Shards = options.Shards, Ingest = new PointAgeOptions { MaxAge = TimeSpan.FromDays(3650) } }, time: time,
            wal: new WalOptions { Commit = "batch" });
        Stores = new ShardStores(
            Options.Create(new StorageOptions { DataPath = EngineHarness.Directory }),
            Options.Create(options.Blocks),
            Options.Create(options.Cache),
            files,
            objects,
            time,
            NullLogger<ShardStores>.Instance);
        Policies = new RetentionPolicies(
            Options.Create(options.Retention), objects, files, EngineHarness.Directory, time, NullLogger<RetentionPolicies>.Instance);
        Context = new MaintenanceContext(
            Engine, Stores, files, Policies, Options.Create(options.Blocks), Options.Create(options.Maintenance), Instruments, time,
            NullLogger<StorageMaintenance>.Instance);
    }

    public StorageEngine Engine { get; }

    public ShardStores Stores { get; }

    public RetentionPolicies Policies { get; }

    public MaintenanceContext Context { get; }

    public MaintenanceInstruments Instruments { get; } = new();

    public StorageMaintenance Maintenance { get; private set; } = null!;

    public SeriesDeletion Deletion { get; private set; } = null!;

    public FakeTimeProvider Time { get; }

    public FaultyObjectStore Objects { get; }

    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<MaintenanceHarness> OpenAsync(
        IFileSystem files, Objects? objects = null, FakeTimeProvider? time = null, HarnessOptions? options = null, FaultyObjectStore? store = null)
    {
        var harness = new MaintenanceHarness(
            files, store ?? new FaultyObjectStore(objects ?? new Objects()), time ?? new FakeTimeProvider(Start), options ?? new HarnessOptions());
        try
        {
            harness.Engine.Acquire();
            await harness.Stores.OpenAsync(harness.Engine.Shards.Count, Cancellation);
            harness.Engine.Open(Cancellation);
            harness.Maintenance = new StorageMaintenance(harness.Context, static _ => true);
            harness.Deletion = new SeriesDeletion(harness.Context, harness.Maintenance);
            return harness;
        }
        catch
        {
            await harness.DisposeAsync();
            throw;
        }
    }

    public async Task WriteAsync(IEnumerable<(SeriesKey Key, long AtMs, double Value)> points)
    {
        using var buffer = new SampleBuffer();
        foreach (var (key, atMs, value) in points)
        {
            Engine.GetOrAdd(key, out var series);
            buffer.Add(series!, atMs, value);
        }

        await Engine.AppendAsync(buffer, Cancellation);
    }

    /// <summary>What the background would do until there is nothing more to do.</summary>
    public async Task SettleAsync()
    {
        // Twice: what was seen once may be seen to be quiet.
        await Maintenance.RunOnceAsync(Cancellation);
        await Maintenance.RunOnceAsync(Cancellation);
        await Stores.FlushAsync(Cancellation);
    }

    /// <summary>The first error of any job, or null.</summary>
    public string? Problem => Maintenance.Works.SelectMany(static w => w.Status).Select(static s => s.LastError is null ? null : $"{s.Job}: {s.LastError}")
        .FirstOrDefault(static e => e is not null);

    public async ValueTask DisposeAsync()
    {
        if (Maintenance is not null)
        {
            await Maintenance.DisposeAsync();
        }

        await Stores.DisposeAsync();
        await Engine.DisposeAsync();
        Policies.Dispose();
        Instruments.Dispose();
    }
}

internal sealed record HarnessOptions
{
    public int Shards { get; init; } = 2;

    public BlocksOptions Blocks { get; init; } = new();

    public CacheOptions Cache { get; init; } = new() { MaxBytes = 0 };

    public MaintenanceOptions Maintenance { get; init; } = new();

    public RetentionOptions Retention { get; init; } = new();
}
