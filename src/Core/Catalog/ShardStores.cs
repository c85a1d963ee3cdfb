using System.Collections.Concurrent;
using System.Globalization;
using Metrics.Core.Blocks;
using Metrics.Core.Files;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Metrics.Core.Catalog;

/// <summary>
/// The blocks of all shards of a data set: opened from local disk, published to the object store in the background.
/// </summary>
public sealed partial class ShardStores : IShardViews, IBlockFiles, IAsyncDisposable
{
    private const int MaxIdleFiles = 512;

    private readonly CatalogContext _context;
    private readonly BlocksOptions _options;
    private readonly string _dataPath;
    private readonly ViewSet _views = new();
    private readonly ConcurrentDictionary<string, bool> _suspects = new(StringComparer.Ordinal);
    private ShardStore[] _stores = [];

    public ShardStores(
        IOptions<StorageOptions> storage,
        IOptions<BlocksOptions> blocks,
        IOptions<CacheOptions> cache,
        IFileSystem files,
        IObjectStore store,
        TimeProvider time,
        ILogger<ShardStores> logger)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(logger);
        _dataPath = Path.GetFullPath(storage.Value.DataPath);
        _options = blocks.Value;
        var cachePath = cache.Value.Path.Length == 0 ? Path.Combine(_dataPath, "cache") : Path.GetFullPath(cache.Value.Path);
        var diskCache = store.LocalDirectory is null && cache.Value.MaxBytes > 0
            ? new DiskCache(files, store, cachePath, cache.Value.MaxBytes, _options.WarmRetention, time, logger)
            : null;
        _context = new CatalogContext(files, new OpenFiles(files, MaxIdleFiles), store, _views, new SpoolBudget(_options.MaxSpoolBytes), diskCache, Wake, time, logger);
    }

    /// <summary>One for each shard of the data set.</summary>
    public IReadOnlyList<ShardStore> Stores => _stores;

    public ShardStore this[int shard] => _stores[shard];

    /// <summary>Reads what local disk has, once, before anything else is called. The object store is not asked.</summary>
    /// <param name="shards">How many shards the data set has.</param>
    /// <param name="cancellation">Ends it early; this can then only be disposed of.</param>
    /// <exception cref="IOException">The local disk cannot be read or written.</exception>
    public async Task OpenAsync(int shards, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shards);
        var directory = Path.Combine(_dataPath, "shards");
        _context.Files.CreateDirectory(directory);
        _context.Files.FlushDirectory(_dataPath);
        var stores = new ShardStore[shards];
        for (var i = 0; i < shards; i++)
        {
            stores[i] = new ShardStore(i, Path.Combine(directory, i.ToString("0000", CultureInfo.InvariantCulture)), _context);
        }

        _views.Reset(stores.Select(static s => new ShardView(s.Shard, ShardCatalog.Empty, long.MinValue)));
        foreach (var store in stores)
        {
            await store.OpenAsync(cancellation);
        }

        _stores = stores;
        _context.Cache?.Open(stores.SelectMany(static s => s.Catalog.All()));
    }

    /// <inheritdoc/>
    public IViewLease Lease() => _views.Lease();

    /// <summary>Completes when nobody holds a lease on views older than those that are given out now.</summary>
    public Task WaitForOlderLeasesAsync(CancellationToken cancellation = default) => _views.WaitForOlderLeases().WaitAsync(cancellation);

    /// <summary>The view that a lease taken now has of a shard; not to be held on to.</summary>
    public ShardView ViewOf(int shard) => _views[shard];

    /// <summary>Says that memory is complete from a time on, and before it only as far as blocks do not have it.</summary>
    public void SetHotFrom(int shard, long fromMs) => _views.Update(shard, view => view with { HotFromMs = fromMs });

    /// <inheritdoc/>
    public IBlockFile Open(int shard, BlockInfo block)
    {
        ArgumentNullException.ThrowIfNull(block);
        return new BlockFile(Locate, block);

        IBlockFile Locate(BlockInfo wanted)
        {
            // Published between the two looks: the second finds it where it went.
            return _stores[shard].OpenSpooled(wanted) ?? OpenPublished(wanted);
        }
    }

    /// <summary>
    /// Has a block set aside that was found damaged: soon it is not in the views any more. It is never deleted. Where the bytes may have come from
    /// the disk cache, the first report only empties that of the block: the next reader gets them from the object store.
    /// </summary>
    public void ReportDamage(int shard, BlockInfo block, string reason)
    {
        ArgumentNullException.ThrowIfNull(block);
        if (_context.Cache is { } cache && !_stores[shard].IsSpooled(block.Name) && cache.Remove(block.Name) && _suspects.TryAdd(block.Name, true))
        {
            CatalogLog.Suspected(_context.Logger, block.Name, reason);
            return;
        }

        _stores[shard].ReportDamage(block, reason);
    }

    private IBlockFile OpenPublished(BlockInfo block)
    {
        if (_context.LocalPathOf(block.Name) is { } path)
        {
            return LocalBlockFile.TryOpen(_context.Open, path, block.Bytes) ?? throw new ObjectNotFoundException(block.Name);
        }

        return _context.Cache?.Open(block) ?? new ColdBlockFile(_context.Store, block);
    }
}
