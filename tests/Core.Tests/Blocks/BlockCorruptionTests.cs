using System.Buffers.Binary;
using Metrics.Core.Blocks;
using Metrics.Core.Wal;

namespace Metrics.Core.Tests.Blocks;

/// <summary>Damage is found and named by the block and the offset; nothing else is ever thrown.</summary>
public class BlockCorruptionTests
{
    public static TheoryData<string> Names => [.. GoldenBlocks.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_byte_that_changed_anywhere_is_found(string name)
    {
        var bytes = GoldenBlocks.All[name]().Write().ToArray();
        var random = new Random(1);
        var step = bytes.Length < 1000 ? 1 : 7;
        for (var at = 0; at < bytes.Length; at += step)
        {
            // Every bit of small blocks; of larger ones one bit of every seventh byte.
            var flips = bytes.Length < 1000 ? Enumerable.Range(0, 8).Select(static bit => 1 << bit).Append(0xFF) : [1 << random.Next(8)];
            foreach (var flip in flips)
            {
                bytes[at] ^= (byte)flip;
                var damaged = new MemoryBlock([.. bytes]);
                Assert.NotEmpty(await damaged.VerifyAsync());
                var isFound = await ReadAllAsync(damaged) is { } refusal && refusal.Message.Contains("at offset ", StringComparison.Ordinal);
                Assert.True(isFound || at < BlockFormat.Magic.Length, $"byte {at} of {bytes.Length}");
                bytes[at] ^= (byte)flip;
            }
        }

        Assert.Null(await ReadAllAsync(new MemoryBlock(bytes)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_block_cut_short_anywhere_is_refused(string name)
    {
        var bytes = GoldenBlocks.All[name]().Write().ToArray();
        for (var length = 0; length < bytes.Length; length += 1 + (length / 400))
        {
            var cut = new MemoryBlock(bytes[..length]);
            Assert.NotNull(await ReadAllAsync(cut));
            Assert.Single(await cut.VerifyAsync());
        }
    }

    [Fact]
    public async Task A_block_with_bytes_before_or_after_it_is_refused()
    {
        var bytes = GoldenBlocks.All["v1-samples"]().Write().ToArray();
        Assert.NotNull(await ReadAllAsync(new MemoryBlock([.. bytes, 0])));
        Assert.NotNull(await ReadAllAsync(new MemoryBlock([0, .. bytes])));
        Assert.NotNull(await ReadAllAsync(new MemoryBlock([.. bytes, .. bytes])));
    }

    [Fact]
    public async Task Sections_and_chunks_that_changed_places_are_found()
    {
        var block = SmallBlocks.Hosts(metrics: 1, hosts: 600).Write();
        var footer = (await block.OpenAsync()).Footer;
        var bytes = block.ToArray();
        var magic = BlockFormat.Magic.Length;
        var (first, second) = (footer.Pages[0], footer.Pages[1]);
        (long Start, long Middle, long End)[] neighbours =
        [
            (magic, magic + 24, magic + 48),
            (first.Offset, second.Offset, second.Offset + second.Length),
            (magic, footer.DirectoryOffset, footer.IndexOffset),
            (footer.DirectoryOffset, footer.IndexOffset, footer.End),
            (footer.IndexOffset, footer.End, bytes.Length - BlockFormat.TailBytes),
            (footer.End, bytes.Length - BlockFormat.TailBytes, bytes.Length),
        ];
        foreach (var (start, middle, end) in neighbours)
        {
            byte[] swapped = [.. bytes[..(int)start], .. bytes[(int)middle..(int)end], .. bytes[(int)start..(int)middle], .. bytes[(int)end..]];
            Assert.Equal(bytes.Length, swapped.Length);
            var damaged = new MemoryBlock(swapped);
            Assert.NotEmpty(await damaged.VerifyAsync());
            Assert.NotNull(await ReadAllAsync(damaged));
        }
    }

    [Fact]
    public async Task Verify_names_every_damaged_part_and_goes_on_to_the_next()
    {
        var block = SmallBlocks.Hosts(metrics: 1, hosts: 600).Write();
        var footer = (await block.OpenAsync()).Footer;
        var bytes = block.ToArray();
        long[] places = [footer.IndexOffset, footer.Pages[0].DataOffset, footer.Pages[1].Offset, footer.Pages[2].DataOffset + 24];
        foreach (var place in places)
        {
            bytes[place] ^= 1;
        }

        var problems = await new MemoryBlock(bytes).VerifyAsync();
        Assert.Equal(places, problems.Select(static p => long.Parse(p.Split("at offset ")[1].Split(':')[0], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.All(problems, static p => Assert.StartsWith("Block b: the ", p));
        Assert.Contains("series index", problems[0]);
        Assert.Contains("chunk", problems[1]);
        Assert.Contains("directory page", problems[2]);
        Assert.Contains("series 513", problems[3]);
    }

    [Fact]
    public async Task A_block_of_another_format_version_is_refused_with_the_versions()
    {
        var bytes = GoldenBlocks.All["v1-samples"]().Write().ToArray();
        var tail = bytes.AsMemory(^BlockFormat.TailBytes..);
        BinaryPrimitives.WriteInt32LittleEndian(tail.Span[20..], 2);
        BinaryPrimitives.WriteUInt32LittleEndian(tail.Span[16..], Crc32C.Compute(tail.Span[20..24], Crc32C.Compute(tail.Span[..16])));
        var refusal = Assert.IsType<BlockDamagedException>(await ReadAllAsync(new MemoryBlock(bytes)));
        Assert.Contains("format version 2", refusal.Message);
        Assert.Contains("reads version 1 only", refusal.Message);
        Assert.Equal("b", refusal.Block);
    }

    [Fact]
    public async Task Bytes_that_are_not_those_of_the_chunk_are_refused()
    {
        var model = GoldenBlocks.All["v1-samples"]();
        var block = model.Write();
        var reader = await block.OpenAsync();
        var chunk = (await block.ChunksAsync(reader, [0]))[0].Chunk;
        var bytes = model.Series[0].Chunks[0].Bytes;
        reader.Check(chunk, bytes);
        Assert.Throws<BlockDamagedException>(() => reader.Check(chunk, bytes.AsSpan(1)));
        Assert.Throws<BlockDamagedException>(() => reader.Check(chunk, (byte[])[.. bytes, 0]));
        bytes[3] ^= 4;
        Assert.Contains($"offset {chunk.Offset}", Assert.Throws<BlockDamagedException>(() => reader.Check(chunk, bytes)).Message);
    }

    /// <summary>Everything a reader can do; what it refused to.</summary>
    private static async Task<BlockDamagedException?> ReadAllAsync(MemoryBlock block)
    {
        try
        {
            var reader = await block.OpenAsync();
            var bytes = block.ToArray();
            foreach (var (_, chunk) in await block.ChunksAsync(reader, [.. Enumerable.Range(0, reader.SeriesCount)]))
            {
                reader.Check(chunk, bytes.AsSpan((int)chunk.Offset, chunk.Length));
            }

            return null;
        }
        catch (BlockDamagedException e)
        {
            return e;
        }
    }
}
