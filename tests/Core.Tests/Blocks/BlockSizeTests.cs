using Metrics.Core.Blocks;

namespace Metrics.Core.Tests.Blocks;

public class BlockSizeTests
{
    [Fact]
    public async Task Two_thousand_series_with_ten_tags_take_few_bytes_each_in_the_file_and_in_memory()
    {
        var reader = await SmallBlocks.Hosts(metrics: 10, hosts: 200, chunks: 6).Write().OpenAsync();
        var footer = reader.Footer;
        var index = footer.IndexLength / (double)footer.Series;
        var directory = (footer.IndexOffset - footer.DirectoryOffset) / (double)footer.Chunks;
        var rest = (reader.Summary.Bytes - footer.End) / (double)footer.Series;
        Assert.True(index < 6, $"{index:F2} bytes a series");
        Assert.True(directory < 25, $"{directory:F2} bytes a chunk");
        Assert.True(rest < 1, $"{rest:F2} bytes of footer a series");
        Assert.InRange(reader.MemoryBytes / footer.Series, 20, 250);
    }

    [Fact]
    public async Task A_block_of_one_series_and_chunk_is_small()
    {
        var file = SmallBlocks.Hosts(metrics: 1, hosts: 1).Write();
        Assert.InRange(file.Length, 200, 450);
        Assert.Equal(1, (await file.OpenAsync()).SeriesCount);
    }

    [Fact]
    public async Task Symbols_with_long_beginnings_in_common_do_not_make_more_bytes_than_a_reader_allows()
    {
        var model = BlockModel.Of(
            from i in Enumerable.Range(0, 3000)
            select (Model.SeriesKey.Create("m", new Model.Tag("url", new string('u', 1000) + i)), new[] { SmallBlocks.Chunk() }));
        var reader = await model.Write().OpenAsync();
        Assert.Equal(3000, reader.SeriesCount);
        Assert.Equal(model.Series[1234].Key, reader.KeyOf(1234));
        Assert.True(reader.Footer.IndexLength < 3_000_000 / 25, $"{reader.Footer.IndexLength} bytes");
    }
}
