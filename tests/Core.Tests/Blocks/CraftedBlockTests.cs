using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Metrics.Core.Blocks;

namespace Metrics.Core.Tests.Blocks;

/// <summary>Sections with good checksums and bad contents, as only a faulty or hostile writer makes them.</summary>
public class CraftedBlockTests
{
    private static readonly byte[] Block = GoldenBlocks.All["v1-pages"]().Write().ToArray();
    private static readonly BlockFooter Footer = ParseFooter();
    private static readonly byte[] Index = Block[(int)Footer.IndexOffset..(int)Footer.End];

    /// <summary>Places and what is written over them: small numbers, the largest, and any.</summary>
    private static readonly Arbitrary<(int At, byte Value)[]> Changes = Gen.ArrayOf(Gen.Zip(
        Gen.OneOf(Gen.Choose(0, 200), Gen.Choose(0, 1 << 20)),
        Gen.OneOf(Gen.Elements<byte>(0, 1, 0x7F, 0x80, 0xFF), ArbMap.Default.GeneratorFor<byte>()))).ToArbitrary();

    [Property(MaxTest = 3000)]
    public Property A_series_index_is_read_or_refused() => Prop.ForAll(Changes, changes =>
    {
        var crafted = Apply(Index, changes);
        try
        {
            var table = new SeriesTable(crafted, Footer.Series);
            var reader = new BlockReader("b", Block.Length, Footer, table);
            for (var row = 0; row < reader.SeriesCount; row++)
            {
                Assert.Equal(reader.KeyOf(row).Id, reader.IdOf(row));
            }

            Assert.True(reader.MemoryBytes < 1_000_000);
        }
        catch (InvalidDataException refusal)
        {
            Assert.NotEmpty(refusal.Message);
        }
    });

    [Property(MaxTest = 3000)]
    public Property A_directory_page_is_read_or_refused() => Prop.ForAll(Changes, changes =>
    {
        var entry = Footer.Pages[1];
        var crafted = Apply(Block.AsSpan((int)entry.Offset, entry.Length), changes);
        try
        {
            var page = new DirectoryPage(entry, crafted);
            var chunks = new List<(int Row, ChunkMeta Chunk)>();
            for (var row = entry.FirstRow; row < entry.FirstRow + entry.Rows; row++)
            {
                page.Read(row, long.MinValue, long.MaxValue, chunks);
            }

            Assert.Equal(entry.Chunks, chunks.Count);
            Assert.All(chunks, c => Assert.InRange(c.Chunk.Offset, entry.DataOffset, entry.DataOffset + entry.DataBytes - c.Chunk.Length));
        }
        catch (InvalidDataException refusal)
        {
            Assert.NotEmpty(refusal.Message);
        }
    });

    [Property(MaxTest = 3000)]
    public Property A_footer_is_read_or_refused() => Prop.ForAll(Changes, changes =>
    {
        var crafted = Apply(Block.AsSpan((int)Footer.End..^BlockFormat.TailBytes), changes);
        try
        {
            var parsed = BlockFooter.Parse(crafted, Footer.End);
            Assert.Equal(Footer.End, parsed.End);
            Assert.All(parsed.Pages, page => Assert.InRange(page.Offset, 0, Footer.End - page.Length));
        }
        catch (InvalidDataException refusal)
        {
            Assert.NotEmpty(refusal.Message);
        }
    });

    [Property(MaxTest = 1000)]
    public void Random_bytes_are_refused(byte[] bytes)
    {
        Assert.Throws<InvalidDataException>(() => new SeriesTable(bytes, 5));
        Assert.Throws<InvalidDataException>(() => BlockFooter.Parse(bytes, 1000));
    }

    [Fact]
    public async Task An_object_whose_length_is_not_what_its_bytes_are_is_damaged()
    {
        using var file = new ShortFile(Block);
        var refusal = await Assert.ThrowsAsync<BlockDamagedException>(() => BlockReader.OpenAsync(file, "b", TestContext.Current.CancellationToken).AsTask());
        Assert.Contains("at offset", refusal.Message);
        Assert.Single(await BlockReader.VerifyAsync(file, "b", TestContext.Current.CancellationToken));
    }

    private static BlockFooter ParseFooter()
    {
        var tail = BlockTail.Parse(Block.AsSpan(^BlockFormat.TailBytes..), Block.Length);
        return BlockFooter.Parse(Block.AsSpan((int)tail.FooterOffset, tail.FooterLength), tail.FooterOffset);
    }

    private static byte[] Apply(ReadOnlySpan<byte> bytes, (int At, byte Value)[] changes)
    {
        var crafted = bytes.ToArray();
        foreach (var (at, value) in changes)
        {
            crafted[at % crafted.Length] = value;
        }

        return crafted;
    }

    private sealed class ShortFile(byte[] bytes) : IBlockFile
    {
        public long Length => bytes.Length + 5;

        public BlockTier Tier => BlockTier.Cold;

        public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellation = default) =>
            throw new InvalidDataException("the object ends before");

        public void Dispose()
        {
        }
    }
}
