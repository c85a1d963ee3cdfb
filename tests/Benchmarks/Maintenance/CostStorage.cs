using Metrics.Core.Cardinality;
using Metrics.Core.Catalog;
using Metrics.Core.Diagnostics;
using Metrics.Core.Files;
using Metrics.Core.Index;
using Metrics.Core.Maintenance;
using Metrics.Core.Maintenance.Retention;
using Metrics.Core.Model;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Series;
using Metrics.Core.Storage;
using Metrics.Core.Wal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Metrics.Benchmarks.Maintenance;

/// <summary>One shard on local disk, with a folder as its object store and a clock that is moved by hand.</summary>
internal sealed class CostStorage : IAsyncDisposable
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string _directory = Directory.CreateTempSubdirectory("metrics-cost-").FullName;
    private readonly HandClock _clock = new() { Now = s_start };
    private readonly StorageEngine _engine;
    private readonly RetentionPolicies _policies;
    private readonly MaintenanceInstruments _instruments = new();
    private ShardWork? _work;

    private CostStorage()
    {
        var storage = Options.Create(new StorageOptions { DataPath = _directory, Shards = 1, Ingest = new PointAgeOptions { MaxAge = TimeSpan.FromDays(3650) } });
        var blocks = Options.Create(new BlocksOptions());
        var objects = new FolderObjectStore(Path.Combine(_directory, "objects"), _clock);
        _engine = new StorageEngine(
            storage,
            Options.Create(new WalOptions()),
            LocalFileSystem.Instance,
            new SymbolTable(),
            new CardinalityLimiter(Options.Create(new CardinalityOptions()), _clock),
            new EngineInstruments(),
            _clock,
            NullLogger<StorageEngine>.Instance);
        Stores = new ShardStores(
            storage, blocks, Options.Create(new CacheOptions()), LocalFileSystem.Instance, objects, _clock, NullLogger<ShardStores>.Instance);
        _policies = new RetentionPolicies(
            Options.Create(new RetentionOptions()), objects, LocalFileSystem.Instance, _directory, _clock, NullLogger<RetentionPolicies>.Instance);
        Context = new MaintenanceContext(
            _engine, Stores, LocalFileSystem.Instance, _policies, blocks, Options.Create(new MaintenanceOptions()), _instruments, _clock,
            NullLogger<StorageMaintenance>.Instance);
        Sealer = new Sealer(Context);
        Roller = new Roller(Context);
        Compactor = new Compactor(Context);
        SealDelayMs = (long)blocks.Value.SealDelay.TotalMilliseconds;
    }

    public static long StartMs => s_start.ToUnixTimeMilliseconds();

    public long SealDelayMs { get; }

    public LiveSeries[] Series { get; private set; } = [];

    public ShardStores Stores { get; }

    public MaintenanceContext Context { get; }

    public ShardWork Work => _work!;

    public Sealer Sealer { get; }

    public Roller Roller { get; }

    public Compactor Compactor { get; }

    public static async Task<CostStorage> OpenAsync(int series)
    {
        var storage = new CostStorage();
        storage._engine.Acquire();
        await storage.Stores.OpenAsync(storage._engine.Shards.Count, CancellationToken.None);
        storage._engine.Open(CancellationToken.None);
        storage._work = new ShardWork(storage._engine.Shards[0], storage.Stores[0]);
        storage.Series = [.. Enumerable.Range(0, series).Select(storage.Add)];
        return storage;
    }

    /// <summary>Sets the clock to a time after the start.</summary>
    public void MoveTo(long sinceStartMs) => _clock.Now = s_start.AddMilliseconds(sinceStartMs);

    public async ValueTask DisposeAsync()
    {
        _work?.Dispose();
        await Stores.DisposeAsync();
        await _engine.DisposeAsync();
        _policies.Dispose();
        _instruments.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private LiveSeries Add(int number)
    {
        var key = SeriesKey.Create("cpu_usage", new Tag("host", $"host_{number / 10}"), new Tag("field", $"field_{number % 10}"));
        return _engine.GetOrAdd(key, out var series) == Admission.Admitted ? series! : throw new InvalidOperationException("A series was refused.");
    }

    private sealed class HandClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
