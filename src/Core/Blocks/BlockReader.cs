using Metrics.Core.Model;

namespace Metrics.Core.Blocks;

/// <summary>
/// An opened block: its footer and its series index in memory (decoded once, held by a cache; immutable, thread-safe), its chunks
/// read on demand through whatever <see cref="IBlockFile"/> the caller has then.
/// </summary>
public sealed class BlockReader
{
    /// <summary>Reads footer and series index: two or three range reads.</summary>
    /// <exception cref="BlockDamagedException">A checksum is wrong or something does not add up.</exception>
    public static ValueTask<BlockReader> OpenAsync(IBlockFile file, string name, CancellationToken cancellation = default) => throw new NotImplementedException();

    public Resolution Resolution => throw new NotImplementedException();

    /// <summary>Series; rows of the index are numbered from 0 in the order of canonical forms.</summary>
    public int SeriesCount => throw new NotImplementedException();

    /// <summary>About how much memory it takes, for the cache.</summary>
    public long MemoryBytes => throw new NotImplementedException();

    /// <summary>Appends the rows that satisfy a selector, ascending.</summary>
    public void Select(Index.CompiledSelector selector, List<int> rows) => throw new NotImplementedException();

    public SeriesId IdOf(int row) => throw new NotImplementedException();

    public SeriesKey KeyOf(int row) => throw new NotImplementedException();

    public string MetricOf(int row) => throw new NotImplementedException();

    /// <summary>The row of a series; -1 when it is not in the block.</summary>
    public int Find(SeriesId id) => throw new NotImplementedException();

    /// <summary>The block's number for a string, for comparing tag values without strings; -1 when no series has it.</summary>
    public int SymbolOf(string text) => throw new NotImplementedException();

    public string TextOf(int symbol) => throw new NotImplementedException();

    /// <summary>The symbol of a series' tag value; -1 when the tag is absent.</summary>
    public int ValueSymbolOf(int row, int keySymbol) => throw new NotImplementedException();

    /// <summary>
    /// The chunks of some series: reads the pages of the chunk directory that have them, unless they are in memory.
    /// </summary>
    /// <param name="file">The block's bytes.</param>
    /// <param name="rows">Ascending.</param>
    /// <param name="fromMs">Chunks that end before are left out.</param>
    /// <param name="toMs">Chunks that start at or after are left out.</param>
    /// <param name="into">Receives the row and the chunk, by row and then time.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="BlockDamagedException">A checksum is wrong.</exception>
    public ValueTask ReadChunksAsync(
        IBlockFile file, IReadOnlyList<int> rows, long fromMs, long toMs, List<(int Row, ChunkMeta Chunk)> into, CancellationToken cancellation = default) =>
        throw new NotImplementedException();

    /// <summary>Checks a chunk's bytes against its checksum.</summary>
    /// <exception cref="BlockDamagedException">They are not what was written.</exception>
    public void Check(in ChunkMeta chunk, ReadOnlySpan<byte> bytes) => throw new NotImplementedException();

    /// <summary>Reads and checks everything; for <c>verify</c>.</summary>
    /// <returns>What is damaged, with offsets; empty when nothing is.</returns>
    public static Task<IReadOnlyList<string>> VerifyAsync(IBlockFile file, string name, CancellationToken cancellation = default) => throw new NotImplementedException();
}

/// <summary>A block's bytes are not what was written.</summary>
/// <param name="block">The object's name.</param>
/// <param name="message">What is wrong, and where.</param>
public sealed class BlockDamagedException(string block, string message) : IOException($"Block {block}: {message}")
{
    public string Block { get; } = block;
}
