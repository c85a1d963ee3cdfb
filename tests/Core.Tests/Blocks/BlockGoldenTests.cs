using Metrics.Core.Blocks;

namespace Metrics.Core.Tests.Blocks;

/// <summary>Blocks as each format version wrote them; see Golden/README.md. A reader of today must read them all.</summary>
public sealed class BlockGoldenTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Blocks", "Golden");

    public static TheoryData<string> Names => [.. Directory.EnumerateFiles(Folder, "*.block").Select(f => Path.GetFileNameWithoutExtension(f)).Order()];

    [Fact]
    public void There_is_a_file_for_every_golden_block() =>
        Assert.Equal(GoldenBlocks.All.Keys.Order(), Names.Select(static n => n.Data));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_golden_block_is_read_as_what_it_was_written_from(string name)
    {
        var file = Load(name);
        var model = GoldenBlocks.All[name]();
        Assert.Empty(await file.VerifyAsync());
        var reader = await file.OpenAsync();
        Assert.Equal((Resolution.Raw, 3, BlockModel.FromMs, BlockModel.ToMs, 17L), (reader.Resolution, reader.Shard, reader.FromMs, reader.ToMs, reader.Sequence));
        Assert.Equal(model.Series.Select(static s => s.Key), Enumerable.Range(0, reader.SeriesCount).Select(reader.KeyOf));
        var chunks = await file.ChunksAsync(reader, [.. Enumerable.Range(0, reader.SeriesCount)]);
        Assert.Equal(
            model.Series.SelectMany(static (s, row) => s.Chunks.Select(c => (row, BlockModel.Comparable(c.Meta), Convert.ToHexString(c.Bytes)))),
            chunks.Select(c => (c.Row, BlockModel.Comparable(c.Chunk), Convert.ToHexString(file.ToArray().AsSpan((int)c.Chunk.Offset, c.Chunk.Length)))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_in_a_golden_block_is_written_as_the_same_bytes(string name) =>
        Assert.Equal(Convert.ToHexString(Load(name).ToArray()), Convert.ToHexString(GoldenBlocks.All[name]().Write().ToArray()));

    private static MemoryBlock Load(string name) => new(File.ReadAllBytes(Path.Combine(Folder, name + ".block")));
}
