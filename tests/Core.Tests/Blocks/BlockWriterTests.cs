using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Metrics.Core.Blocks;
using Metrics.Core.Model;
using Metrics.Core.Tests.Files;

namespace Metrics.Core.Tests.Blocks;

public class BlockWriterTests
{
    private static readonly SeriesKey First = SeriesKey.Create("a", new Tag("host", "1"));
    private static readonly SeriesKey Second = SeriesKey.Create("b", new Tag("host", "1"));
    private static readonly (ChunkMeta Meta, byte[] Bytes) Any = SmallBlocks.Chunk();

    [Fact]
    public void A_series_that_does_not_come_after_the_one_before_is_refused()
    {
        using var writer = New(new MemoryBlock());
        writer.BeginSeries(Second);
        writer.AddChunk(Any.Meta, Any.Bytes);
        foreach (var key in (SeriesKey[])[First, Second])
        {
            Assert.Contains(key.ToString(), Assert.Throws<ArgumentException>(() => writer.BeginSeries(key)).Message);
        }
    }

    [Property(MaxTest = 1000)]
    public Property Series_are_in_the_order_of_the_bytes_of_their_canonical_forms() => Prop.ForAll(
        Keys.ToArbitrary(),
        Keys.ToArbitrary(),
        (x, y) => Assert.Equal(Math.Sign(x.ToCanonical().AsSpan().SequenceCompareTo(y.ToCanonical())), Math.Sign(SeriesOrder.Instance.Compare(x, y))));

    [Fact]
    public async Task A_series_without_chunks_is_left_out()
    {
        var file = new MemoryBlock();
        using var writer = New(file);
        writer.BeginSeries(First);
        writer.BeginSeries(Second);
        writer.AddChunk(Any.Meta, Any.Bytes);
        writer.BeginSeries(SeriesKey.Create("c"));
        Assert.Equal((1, 120L), (writer.Series, writer.Samples));
        Assert.Equal(1, writer.Finish().Series);
        var reader = await file.OpenAsync();
        Assert.Equal(Second, reader.KeyOf(0));
        Assert.Equal(-1, reader.Find(First.Id));
    }

    [Fact]
    public void A_block_without_series_is_not_written()
    {
        using var writer = New(new MemoryBlock());
        writer.BeginSeries(First);
        Assert.Throws<InvalidOperationException>(() => writer.Finish());
    }

    [Fact]
    public void Chunks_that_contradict_themselves_or_go_back_in_time_are_refused()
    {
        using var writer = New(new MemoryBlock());
        Assert.Throws<InvalidOperationException>(() => writer.AddChunk(Any.Meta, Any.Bytes));
        writer.BeginSeries(First);
        Assert.Throws<ArgumentException>(() => writer.AddChunk(Any.Meta, []));
        Assert.Throws<ArgumentException>(() => writer.AddChunk(Any.Meta with { Count = -1 }, Any.Bytes));
        Assert.Throws<ArgumentException>(() => writer.AddChunk(Any.Meta with { MaxMs = Any.Meta.MinMs - 1 }, Any.Bytes));
        Assert.Throws<ArgumentException>(() => writer.AddChunk(Any.Meta with { Kind = (ChunkKind)3 }, Any.Bytes));
        writer.AddChunk(Any.Meta, Any.Bytes);
        Assert.Throws<ArgumentException>(() => writer.AddChunk(Any.Meta with { MinMs = Any.Meta.MinMs - 1 }, Any.Bytes));
        Assert.Equal(120, writer.Samples);
    }

    [Fact]
    public async Task Chunks_go_to_the_file_in_large_pieces_and_a_chunk_larger_than_the_buffer_goes_on_its_own()
    {
        var file = new MemoryBlock();
        using var writer = New(file);
        var large = new byte[3_000_000];
        large.AsSpan().Fill(7);
        writer.BeginSeries(First);
        writer.AddChunk(Any.Meta, Any.Bytes);
        writer.AddChunk(Any.Meta, large);
        for (var i = 0; i < 100_000; i++)
        {
            writer.AddChunk(Any.Meta, Any.Bytes);
        }

        Assert.InRange(file.Length, 5_000_000, 5_400_008);
        writer.Finish();
        Assert.All(file.Writes.Skip(2).SkipLast(4), static w => Assert.InRange(w, 250_000, 3_000_000));
        Assert.Empty(await file.VerifyAsync());
        var reader = await file.OpenAsync();
        var chunks = await file.ChunksAsync(reader, [0]);
        Assert.Equal(100_002, chunks.Count);
        reader.Check(chunks[1].Chunk, large);
    }

    [Fact]
    public void A_full_disk_is_the_callers_to_know()
    {
        var files = new FaultyFileSystem { Capacity = 100 };
        using var file = files.Open("b", Core.Files.FileOpening.CreateNew);
        using var writer = New(file);
        writer.BeginSeries(First);
        writer.AddChunk(Any.Meta, Any.Bytes);
        Assert.Throws<Core.Files.DiskFullException>(() => writer.Finish());
        Assert.Throws<InvalidOperationException>(() => writer.Finish());
    }

    private static Gen<SeriesKey> Keys => Gen.OneOf(
        BlockGenerators.Key,
        Gen.Choose(1, 600).Select(static length => SeriesKey.Create("m", new Tag("k", new string('x', length)))));

    private static BlockWriter New(Core.Files.IFile file) => new(file, Resolution.Raw, 0, BlockModel.FromMs, BlockModel.ToMs, 1);
}
