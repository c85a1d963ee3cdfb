using Metrics.Core.Blocks;

namespace Metrics.Core.Tests.Blocks;

public class BlockReadsTests
{
    [Fact]
    public async Task A_small_block_opens_with_one_read_and_a_large_one_with_three()
    {
        var small = SmallBlocks.Hosts(metrics: 2, hosts: 10).Write();
        await small.OpenAsync();
        Assert.Single(small.Reads);

        var large = SmallBlocks.Hosts(metrics: 1, hosts: 15_000).Write();
        var reader = await large.OpenAsync();
        Assert.True(reader.Footer.IndexLength > BlockBytes.SpeculativeBytes);
        Assert.InRange(large.Reads.Count, 2, 3);
    }

    [Fact]
    public async Task Only_the_pages_that_are_needed_are_read_and_only_once()
    {
        var model = SmallBlocks.Hosts(metrics: 1, hosts: 2000);
        var file = model.Write();
        var reader = await file.OpenAsync();
        var pages = reader.Footer.Pages;
        Assert.True(pages.Length >= 5);
        file.Reads.Clear();

        var row = pages[2].FirstRow + 5;
        var into = await file.ChunksAsync(reader, [row]);
        Assert.Equal([(pages[2].Offset, pages[2].Length)], file.Reads);
        Assert.Equal(BlockModel.Comparable(model.Series[row].Chunks[0].Meta), BlockModel.Comparable(Assert.Single(into).Chunk));

        file.Reads.Clear();
        into = await file.ChunksAsync(reader, [.. Enumerable.Range(0, 2000)]);
        Assert.Equal(2000, into.Count);
        Assert.Equal([pages[0].Offset, pages[3].Offset], file.Reads.Select(static r => r.Offset));

        file.Reads.Clear();
        into = await file.ChunksAsync(reader, [.. Enumerable.Range(0, 2000)]);
        Assert.Equal(2000, into.Count);
        Assert.Empty(file.Reads);
    }

    [Fact]
    public async Task Chunks_outside_the_range_of_time_are_left_out()
    {
        var model = SmallBlocks.Hosts(metrics: 1, hosts: 3, chunks: 5);
        var file = model.Write();
        var reader = await file.OpenAsync();
        foreach (var (from, to) in from a in Times(model) from b in Times(model) select (a, b))
        {
            var into = await file.ChunksAsync(reader, [0, 2], from, to);
            Assert.Equal(
                from row in (int[])[0, 2]
                from chunk in model.Series[row].Chunks
                where chunk.Meta.MaxMs >= @from && chunk.Meta.MinMs < to
                select (row, chunk.Meta.MinMs),
                into.Select(static c => (c.Row, c.Chunk.MinMs)));
        }
    }

    [Fact]
    public async Task Many_readers_at_a_time_get_the_same_chunks()
    {
        var model = SmallBlocks.Hosts(metrics: 1, hosts: 3000);
        var file = model.Write();
        var reader = await file.OpenAsync();
        await Parallel.ForAsync(0, 8, TestContext.Current.CancellationToken, async (i, _) =>
        {
            for (var row = i; row < 3000; row += 97)
            {
                var into = await file.ChunksAsync(reader, [row]);
                Assert.Equal(BlockModel.Comparable(model.Series[row].Chunks[0].Meta), BlockModel.Comparable(Assert.Single(into).Chunk));
                Assert.Equal(row, reader.Find(model.Series[row].Key.Id));
                Assert.Equal(model.Series[row].Key, reader.KeyOf(row));
            }
        });
    }

    [Fact]
    public void The_cache_of_pages_lets_go_of_those_used_longest_ago()
    {
        var bytes = Page(out var entry);
        var page = new DirectoryPage(entry, bytes);
        var cache = new DirectoryCache(pages: 4, maxBytes: 2 * page.MemoryBytes);
        cache.Put(0, page);
        cache.Put(1, page);
        Assert.NotNull(cache.Get(0));
        cache.Put(2, page);
        cache.Put(3, page);
        Assert.Equal([false, false, true, true], Enumerable.Range(0, 4).Select(i => cache.Get(i) is not null));
    }

    [Fact]
    public async Task Rows_that_are_not_there_are_argument_errors()
    {
        var file = SmallBlocks.Hosts(metrics: 1, hosts: 600).Write();
        var reader = await file.OpenAsync();
        foreach (var row in (int[])[-1, 600, int.MaxValue, int.MinValue])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => reader.KeyOf(row));
            Assert.Throws<ArgumentOutOfRangeException>(() => reader.MetricOf(row));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => file.ChunksAsync(reader, [row]));
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => file.ChunksAsync(reader, [599, 1]));
    }

    private static byte[] Page(out PageEntry entry)
    {
        var writer = new DirectoryPageWriter();
        writer.Add(SmallBlocks.Chunk().Meta with { Offset = 8, Length = 24 });
        writer.EndSeries();
        writer.EndPage();
        entry = writer.Pages[0].Entry;
        return writer.Pages[0].Bytes;
    }

    private static long[] Times(BlockModel model)
    {
        var chunk = model.Series[0].Chunks[2].Meta;
        return [long.MinValue, chunk.MinMs - 1, chunk.MinMs, chunk.MinMs + 1, chunk.MaxMs - 1, chunk.MaxMs, chunk.MaxMs + 1, long.MaxValue];
    }
}
