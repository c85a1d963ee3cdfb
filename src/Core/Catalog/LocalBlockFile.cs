using Metrics.Core.Blocks;
using Metrics.Core.Files;
using Metrics.Core.ObjectStorage;

namespace Metrics.Core.Catalog;

/// <summary>A block on local disk: in the spool, in a folder of objects, or whole in the disk cache.</summary>
internal sealed class LocalBlockFile(IFile file, string path, long length) : IBlockFile
{
    /// <summary>Opens a file; null when it is not there.</summary>
    /// <exception cref="ObjectStoreException">It is there and cannot be opened.</exception>
    public static LocalBlockFile? TryOpen(IFileSystem files, string path)
    {
        try
        {
            var file = files.Open(path, FileOpening.Read);
            return new LocalBlockFile(file, path, file.Length);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStoreException($"{path} cannot be opened: {error.Message}", error);
        }
    }

    public long Length => length;

    public BlockTier Tier => BlockTier.Warm;

    public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        int read;
        try
        {
            read = file.Read(offset, destination.Span);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStoreException($"{path} cannot be read: {error.Message}", error);
        }

        return read == destination.Length
            ? default
            : throw new InvalidDataException($"{path} ends at {offset + read}: {destination.Length} bytes from {offset} were asked for.");
    }

    public void Dispose() => file.Dispose();
}
