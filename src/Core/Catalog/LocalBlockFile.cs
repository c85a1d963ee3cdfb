using Metrics.Core.Blocks;
using Metrics.Core.ObjectStorage;

namespace Metrics.Core.Catalog;

/// <summary>A block on local disk: in the spool or in a folder of objects.</summary>
internal sealed class LocalBlockFile : IBlockFile
{
    private readonly OpenFiles _files;
    private readonly OpenFiles.Shared _file;
    private int _disposed;

    private LocalBlockFile(OpenFiles files, OpenFiles.Shared file, long length)
    {
        _files = files;
        _file = file;
        Length = length;
    }

    public long Length { get; }

    public BlockTier Tier => BlockTier.Warm;

    /// <summary>Opens a file; null when it is not there.</summary>
    /// <exception cref="ObjectStoreException">It is there and cannot be opened.</exception>
    public static LocalBlockFile? TryOpen(OpenFiles files, string path, long length)
    {
        try
        {
            return files.TryRent(path) is { } file ? new LocalBlockFile(files, file, length) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStoreException($"{path} cannot be opened: {error.Message}", error);
        }
    }

    public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        int read;
        try
        {
            read = _file.File.Read(offset, destination.Span);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStoreException($"{_file.Path} cannot be read: {error.Message}", error);
        }

        return read == destination.Length
            ? default
            : throw new InvalidDataException($"{_file.Path} ends at {offset + read}: {destination.Length} bytes from {offset} were asked for.");
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _files.Return(_file);
        }
    }
}
