using Metrics.Core.Blocks;

namespace Metrics.Core.Storage;

/// <summary>Puts one file of a checkpoint back into memory: whatever of it is sound.</summary>
internal sealed class CheckpointLoader(Action<BlockReader, int, ChunkMeta, ReadOnlyMemory<byte>> onChunk, Action<string> onDamage)
{
    /// <summary>Series whose chunks are looked up at once.</summary>
    private const int RowsAtOnce = 1024;

    private readonly List<(int Row, ChunkMeta Chunk)> _chunks = [];
    private byte[] _bytes = new byte[4096];

    /// <summary>Files are local, so that nothing waits but for the disk.</summary>
    public void Load(IBlockFile file, string name)
    {
        var reader = Try(() => Complete(BlockReader.OpenAsync(file, name)));
        for (var first = 0; first < reader?.SeriesCount; first += RowsAtOnce)
        {
            var rows = Enumerable.Range(first, Math.Min(RowsAtOnce, reader.SeriesCount - first)).ToList();
            _chunks.Clear();
            if (Try(() => Directory(reader, file, rows)) is null)
            {
                continue;
            }

            foreach (var (row, chunk) in _chunks)
            {
                Try(() => Chunk(reader, file, row, chunk));
            }
        }
    }

    private BlockReader Directory(BlockReader reader, IBlockFile file, List<int> rows)
    {
        reader.ReadChunksAsync(file, rows, long.MinValue, long.MaxValue, _chunks).AsTask().GetAwaiter().GetResult();
        return reader;
    }

    private BlockReader Chunk(BlockReader reader, IBlockFile file, int row, ChunkMeta chunk)
    {
        if (_bytes.Length < chunk.Length)
        {
            _bytes = new byte[chunk.Length];
        }

        var bytes = _bytes.AsMemory(0, chunk.Length);
        file.ReadAsync(chunk.Offset, bytes).AsTask().GetAwaiter().GetResult();
        reader.Check(chunk, bytes.Span);
        onChunk(reader, row, chunk, bytes);
        return reader;
    }

    private static T Complete<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();

    private T? Try<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            onDamage(error.Message);
            return null;
        }
    }
}
