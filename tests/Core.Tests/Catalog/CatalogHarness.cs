using System.Text;
using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Files;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Core.Tests.Catalog;

/// <summary>Shard stores over files and objects in memory, and blocks whose bytes are text.</summary>
internal sealed class CatalogHarness : IAsyncDisposable
{
    public const string DataPath = "/data";
    public const long HourMs = 3_600_000;

    private CatalogHarness(IFileSystem files, FaultyObjectStore store, FakeTimeProvider time, BlocksOptions blocks, CacheOptions cache)
    {
        Files = files;
        Store = store;
        Time = time;
        Stores = new ShardStores(
            Options.Create(new StorageOptions { DataPath = DataPath }),
            Options.Create(blocks),
            Options.Create(cache),
            files,
            store,
            time,
            NullLogger<ShardStores>.Instance);
    }

    public IFileSystem Files { get; }

    public FaultyObjectStore Store { get; }

    public FakeTimeProvider Time { get; }

    public ShardStores Stores { get; }

    public ShardStore Shard => Stores[0];

    public static async Task<CatalogHarness> OpenAsync(
        IFileSystem files,
        FaultyObjectStore store,
        FakeTimeProvider? time = null,
        BlocksOptions? blocks = null,
        CacheOptions? cache = null,
        int shards = 1)
    {
        var harness = new CatalogHarness(
            files, store, time ?? new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddDays(20_000)), blocks ?? new BlocksOptions(), cache ?? new CacheOptions());
        await harness.Stores.OpenAsync(shards, Cancellation);
        return harness;
    }

    public ValueTask DisposeAsync() => Stores.DisposeAsync();

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Does what the background would.</summary>
    public Task FlushAsync() => Stores.FlushAsync(Cancellation);

    public Task ApplyAsync(CatalogChange change, int shard = 0) => Stores[shard].ApplyAsync(change, Cancellation);

    /// <summary>Writes a block's file where it is to be.</summary>
    public NewBlock Write(string content, long window = 0, Resolution resolution = Resolution.Raw, int shard = 0) =>
        Write(Encoding.UTF8.GetBytes(content), window, resolution, shard);

    public NewBlock Write(byte[] content, long window = 0, Resolution resolution = Resolution.Raw, int shard = 0)
    {
        var from = window * 2 * HourMs;
        var store = Stores[shard];
        var sequence = store.NextSequence();
        var (name, path) = store.NewBlockPath(resolution, from, from + (2 * HourMs), sequence);
        using (var file = Files.Open(path, FileOpening.CreateNew))
        {
            file.Write(0, content);
            file.FlushToDisk();
        }

        return new NewBlock(
            new BlockInfo(name, resolution, from, from + (2 * HourMs), from, from + HourMs, 1, 1, content.Length, sequence, false, Time.GetUtcNow().ToUnixTimeMilliseconds()), path);
    }

    public async Task<BlockInfo> SealAsync(string content, long window = 0, int shard = 0)
    {
        var block = Write(content, window, shard: shard);
        await ApplyAsync(CatalogChange.Of("sealed") with { Add = [block] }, shard);
        return block.Info;
    }

    /// <summary>Contents of every block that readers are shown, in order.</summary>
    public async Task<List<string>> ReadAllAsync(int shard = 0)
    {
        using var lease = Stores.Lease();
        var contents = new List<string>();
        foreach (var block in lease[shard].Catalog.Blocks)
        {
            contents.Add(await ReadAsync(block, shard));
        }

        contents.Sort(StringComparer.Ordinal);
        return contents;
    }

    public async Task<string> ReadAsync(BlockInfo block, int shard = 0)
    {
        using var file = Stores.Open(shard, block);
        var bytes = new byte[file.Length];
        await file.ReadAsync(0, bytes, Cancellation);
        return Encoding.UTF8.GetString(bytes);
    }
}
