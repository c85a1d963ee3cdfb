using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Files;
using Metrics.Core.ObjectStorage;
using Metrics.Core.Tests.Files;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Core.Tests.Catalog;

public sealed class DiskCacheTests : IDisposable
{
    private const int Page = DiskCache.PageBytes;
    private const string Directory = "/cache";

    private readonly Objects _objects = new();
    private readonly FaultyObjectStore _store;
    private readonly FaultyFileSystem _files = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly List<DiskCache> _opened = [];

    public DiskCacheTests() => _store = new FaultyObjectStore(_objects);

    public void Dispose() => _opened.ForEach(static c => c.Dispose());

    [Fact]
    public async Task A_read_fetches_its_pages_once_and_neighbouring_ones_together()
    {
        var block = Put("a", (10 * Page) + 100);
        var cache = Open();
        using var file = cache.Open(block);
        Assert.Equal(BlockTier.Cold, file.Tier);

        await CheckAsync(file, block, 10, 20);
        Assert.Equal((1, Page), (_store.Reads, _store.BytesRead));
        await CheckAsync(file, block, (3 * Page) - 1, (2 * Page) + 2);
        Assert.Equal((2, 5 * Page), (_store.Reads, _store.BytesRead));
        await CheckAsync(file, block, 10 * Page, 100);
        Assert.Equal((3, (5 * Page) + 100), (_store.Reads, _store.BytesRead));

        using var again = cache.Open(block);
        await CheckAsync(again, block, 5, (Page / 2) + 1);
        await CheckAsync(again, block, 2 * Page, 3 * Page);
        Assert.Equal(BlockTier.Warm, again.Tier);
        Assert.Equal((3, (5 * Page) + 100), (_store.Reads, _store.BytesRead));
        Assert.Equal((5 * Page) + 100, cache.Bytes);

        await CheckAsync(again, block, 0, (int)block.Bytes);
        Assert.Equal(BlockTier.Cold, again.Tier);
        Assert.Equal(block.Bytes, _store.BytesRead);
        Assert.True(cache.IsWhole(block.Name));
    }

    [Fact]
    public async Task Readers_of_one_page_at_the_same_time_share_one_fetch()
    {
        var block = Put("a", 4 * Page);
        var cache = Open();
        var gate = new TaskCompletionSource();
        _store.ReadGate = gate.Task;
        var files = Enumerable.Range(0, 8).Select(_ => cache.Open(block)).ToList();
        using var cancelled = new CancellationTokenSource();
        var readers = files.Select(f => CheckAsync(f, block, 100, Page)).ToList();
        var impatient = files[0].ReadAsync(100, new byte[Page], cancelled.Token).AsTask();

        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        gate.SetResult();
        await Task.WhenAll(readers);

        Assert.Equal((1, 2 * Page), (_store.Reads, _store.BytesRead));
        files.ForEach(static f => f.Dispose());
    }

    [Fact]
    public async Task A_fetch_that_fails_is_tried_again_by_the_next_reader()
    {
        var block = Put("a", 2 * Page);
        using var file = Open().Open(block);
        _store.Away = true;
        await Assert.ThrowsAsync<ObjectStoreUnavailableException>(() => CheckAsync(file, block, 0, 10));
        _store.Away = false;
        await CheckAsync(file, block, 0, 10);
        _objects.All.Clear();
        await CheckAsync(file, block, 0, 20);
        await Assert.ThrowsAsync<ObjectNotFoundException>(() => CheckAsync(file, block, Page, 20));
    }

    [Fact]
    public async Task The_least_recently_used_blocks_leave_first_and_old_raw_ones_before_all()
    {
        var cache = Open(maxBytes: 10 * Page);
        var old = Put("old", 2 * Page, days: 19_000);
        var blocks = Enumerable.Range(0, 6).Select(i => Put($"b{i}", 2 * Page)).ToList();
        await ReadWholeAsync(cache, blocks[0]);
        await ReadWholeAsync(cache, blocks[1]);
        await ReadWholeAsync(cache, blocks[2]);
        await ReadWholeAsync(cache, old);
        await ReadWholeAsync(cache, blocks[0]);
        Assert.Equal(8 * Page, cache.Bytes);

        await ReadWholeAsync(cache, blocks[3]);
        await ReadWholeAsync(cache, blocks[4]);
        Assert.Equal((false, true, false), (cache.IsWhole(old.Name), cache.IsWhole(blocks[0].Name), cache.IsWhole(blocks[1].Name)));
        Assert.InRange(cache.Bytes, 1, 10 * Page);
        Assert.InRange(_files.Paths.Sum(p => _files.Content(p).Length), 1, 10 * Page);

        foreach (var block in blocks)
        {
            await ReadWholeAsync(cache, block);
            Assert.InRange(cache.Bytes, 1, 10 * Page);
        }
    }

    [Fact]
    public async Task Whole_blocks_survive_a_restart_and_pages_do_not()
    {
        var whole = Put("whole", 3 * Page);
        var pages = Put("pages", 3 * Page);
        var foreign = Put("foreign", Page);
        var first = Open();
        Adopt(first, whole);
        Adopt(first, foreign);
        await ReadWholeAsync(first, pages);
        first.Dispose();

        var second = Open(listed: [whole, pages]);

        Assert.Equal(whole.Bytes, second.Bytes);
        Assert.True(second.IsWhole(whole.Name));
        Assert.Single(_files.Paths);
        using var file = second.Open(whole);
        var before = _store.BytesRead;
        await CheckAsync(file, whole, 5, 2 * Page);
        Assert.Equal((before, BlockTier.Warm), (_store.BytesRead, file.Tier));
    }

    [Fact]
    public void A_raw_block_older_than_the_warm_retention_is_not_kept_whole()
    {
        var cache = Open();
        Adopt(cache, Put("old", Page, days: 19_992));
        Adopt(cache, Put("rollup", Page, days: 19_000, resolution: Resolution.Hour));
        Adopt(cache, Put("new", Page, days: 19_994));
        Assert.Equal(2 * Page, cache.Bytes);
    }

    [Fact]
    public async Task A_cache_whose_every_file_operation_fails_fails_no_read()
    {
        var block = Put("a", 3 * Page);
        var other = Put("b", 3 * Page);
        for (var step = 1; step <= 12; step++)
        {
            var files = new FaultyFileSystem { FaultAt = step, Fault = FaultKind.Kill };
            var cache = new DiskCache(files, _store, Directory, 4 * Page, TimeSpan.FromDays(7), _time, NullLogger.Instance);
            _opened.Add(cache);
            cache.Open([]);
            files.SetContent("/spool/x", Content(other));
            cache.Adopt(other, "/spool/x");
            for (var i = 0; i < 3; i++)
            {
                await ReadWholeAsync(cache, block);
                await ReadWholeAsync(cache, other);
            }
        }
    }

    [Fact]
    public async Task Files_that_somebody_deletes_or_a_disk_that_is_full_fail_no_read()
    {
        var block = Put("a", 3 * Page);
        var cache = Open();
        using var file = cache.Open(block);
        await CheckAsync(file, block, 0, Page);
        foreach (var path in _files.Paths)
        {
            _files.Delete(path);
        }

        using (var again = cache.Open(block))
        {
            await CheckAsync(again, block, 0, 2 * Page);
        }

        _files.Capacity = 0;
        var second = Put("b", 3 * Page);
        await ReadWholeAsync(cache, second);
        await ReadWholeAsync(cache, second);
        await ReadWholeAsync(cache, block);
    }

    [Fact]
    public async Task Many_readers_of_random_parts_with_evictions_all_read_what_is_there()
    {
        var blocks = Enumerable.Range(0, 5).Select(i => Put($"r{i}", (4 * Page) + (i * 1000) + 1)).ToList();
        var cache = Open(maxBytes: 9 * Page);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 60; i++)
            {
                var block = blocks[random.Next(blocks.Count)];
                using var file = cache.Open(block);
                var offset = random.Next((int)block.Bytes);
                await CheckAsync(file, block, offset, random.Next((int)block.Bytes - offset + 1));
            }
        })));
        Assert.InRange(cache.Bytes, 0, 9 * Page);
        using var beyond = cache.Open(blocks[0]);
        await Assert.ThrowsAsync<InvalidDataException>(() => beyond.ReadAsync(blocks[0].Bytes - 1, new byte[2], CatalogHarness.Cancellation).AsTask());
    }

    private static async Task ReadWholeAsync(DiskCache cache, BlockInfo block)
    {
        using var file = cache.Open(block);
        await CheckAsync(file, block, 0, (int)block.Bytes);
    }

    private static async Task CheckAsync(IBlockFile file, BlockInfo block, int offset, int length)
    {
        var read = new byte[length];
        await file.ReadAsync(offset, read, CatalogHarness.Cancellation);
        Assert.True(read.AsSpan().SequenceEqual(Content(block).AsSpan(offset, length)));
    }

    private static byte[] Content(BlockInfo block)
    {
        var content = new byte[block.Bytes];
        new Random(block.Name.Sum(static c => c)).NextBytes(content);
        return content;
    }

    private BlockInfo Put(string name, int bytes, long days = 20_000, Resolution resolution = Resolution.Raw)
    {
        var ms = days * 24 * CatalogHarness.HourMs;
        var block = new BlockInfo($"shards/0000/raw/{name}.block", resolution, ms, ms + 1, ms, ms, 1, 1, bytes, 1, false, 0);
        _objects.All[block.Name] = (Content(block), _objects.NextVersion());
        return block;
    }

    private void Adopt(DiskCache cache, BlockInfo block)
    {
        _files.SetContent("/spool/x", Content(block));
        cache.Adopt(block, "/spool/x");
        if (_files.FileExists("/spool/x"))
        {
            _files.Delete("/spool/x");
        }
    }

    private DiskCache Open(long maxBytes = 100 * Page, IEnumerable<BlockInfo>? listed = null)
    {
        var cache = new DiskCache(_files, _store, Directory, maxBytes, TimeSpan.FromDays(7), _time, NullLogger.Instance);
        _opened.Add(cache);
        cache.Open(listed ?? []);
        return cache;
    }
}
