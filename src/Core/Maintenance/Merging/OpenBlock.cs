using Metrics.Core.Blocks;
using Metrics.Core.Catalog;
using Metrics.Core.Model;

namespace Metrics.Core.Maintenance.Merging;

/// <summary>A block that a job reads. Not thread-safe.</summary>
internal sealed class OpenBlock : IDisposable
{
    private readonly IBlockFile _directory;
    private readonly IBlockFile _chunks;
    private readonly List<(int Row, ChunkMeta Chunk)> _found = [];
    private readonly int[] _row = new int[1];

    private OpenBlock(BlockInfo info, IBlockFile directory, IBlockFile chunks, BlockReader reader) =>
        (Info, _directory, _chunks, Reader) = (info, directory, chunks, reader);

    public BlockInfo Info { get; }

    public BlockReader Reader { get; }

    /// <exception cref="BlockDamagedException">It cannot be trusted.</exception>
    public static async ValueTask<OpenBlock> OpenAsync(IBlockFiles files, int shard, BlockInfo info, CancellationToken cancellation)
    {
        // The directory of chunks lies elsewhere than the chunks: two places to read ahead from.
        var directory = new ReadAheadFile(files.Open(shard, info));
        try
        {
            var reader = await BlockReader.OpenAsync(directory, info.Name, cancellation);
            return new OpenBlock(info, directory, new ReadAheadFile(files.Open(shard, info)), reader);
        }
        catch (InvalidDataException e)
        {
            directory.Dispose();
            throw new BlockDamagedException(info.Name, e.Message);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>The chunks of some rows that touch a range.</summary>
    public ValueTask FindChunksAsync(IReadOnlyList<int> rows, long fromMs, long toMs, List<(int Row, ChunkMeta Chunk)> into, CancellationToken cancellation) =>
        Reader.ReadChunksAsync(_directory, rows, fromMs, toMs, into, cancellation);

    /// <summary>Adds the chunks of a series that touch a range, with their bytes.</summary>
    public async ValueTask LoadAsync(SeriesId id, long fromMs, long toMs, SeriesChunks into, CancellationToken cancellation)
    {
        var row = Reader.Find(id);
        if (row < 0)
        {
            return;
        }

        _found.Clear();
        _row[0] = row;
        await FindChunksAsync(_row, fromMs, toMs, _found, cancellation);
        foreach (var (_, chunk) in _found)
        {
            await LoadAsync(chunk, into, cancellation);
        }
    }

    /// <summary>Adds a chunk with its bytes, checked.</summary>
    public async ValueTask LoadAsync(ChunkMeta chunk, SeriesChunks into, CancellationToken cancellation)
    {
        var bytes = into.Reserve(chunk.Length);
        try
        {
            await _chunks.ReadAsync(chunk.Offset, bytes, cancellation);
        }
        catch (InvalidDataException e)
        {
            throw new BlockDamagedException(Info.Name, e.Message);
        }

        Reader.Check(chunk, bytes.Span);
        into.Add(chunk, Info);
    }

    public void Dispose()
    {
        _directory.Dispose();
        _chunks.Dispose();
    }
}
