using System.Runtime.CompilerServices;
using Metrics.Core.Files;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Metrics.Core.ObjectStorage;

/// <summary>
/// Objects as files below a directory, for one or several processes of one machine. A write goes to a temporary file that is flushed and
/// renamed; conditions are decided under a lock file, one of a fixed number, by the name. An object's version is the hash of its content.
/// No name may be a directory of another one's.
/// </summary>
public sealed class FolderObjectStore : IObjectStore
{
    private readonly FolderLayout _layout;
    private readonly FolderWriter _writer;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    /// <param name="directory">Made when missing, at the first operation.</param>
    /// <param name="time">Clock of time limits and of sweeping.</param>
    /// <param name="timeout">Limit of an operation; 30 s when left out.</param>
    /// <param name="files">The operating system's when left out.</param>
    /// <param name="logger">Told about leftovers that are swept.</param>
    public FolderObjectStore(
        string directory,
        TimeProvider time,
        TimeSpan? timeout = null,
        IFileSystem? files = null,
        ILogger<FolderObjectStore>? logger = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        ArgumentNullException.ThrowIfNull(time);
        _timeout = timeout ?? ObjectStoreOptions.DefaultTimeout;
        _time = time;
        _layout = new FolderLayout(Path.GetFullPath(directory), files ?? LocalFileSystem.Instance, time, logger ?? NullLogger<FolderObjectStore>.Instance);
        _writer = new FolderWriter(_layout, time);
    }

    public string Description => $"folder {_layout.Root}";

    public string? LocalDirectory => _layout.Root;

    public Task<ObjectVersion> PutAsync(string name, Stream content, PutCondition condition, CancellationToken cancellation = default)
    {
        ObjectName.Check(name);
        ArgumentNullException.ThrowIfNull(content);
        return Run(limit => _writer.Put(name, content, condition, limit.Token), content.Length - content.Position, cancellation);
    }

    public Task<StoredObject?> GetAsync(string name, int maxBytes, CancellationToken cancellation = default)
    {
        ObjectName.Check(name);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        return Run(limit => FolderCall.Run(() => _layout.Open().Read(name, maxBytes), limit.Token), maxBytes, cancellation);
    }

    public Task<int> ReadAsync(string name, long offset, Memory<byte> destination, CancellationToken cancellation = default)
    {
        ObjectName.Check(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return Run(
            async limit =>
            {
                // A call that hangs is left behind, so it must not have the caller's memory.
                var bytes = await FolderCall.Run(() => _layout.Open().Read(name, offset, destination.Length), limit.Token);
                bytes.CopyTo(destination);
                return bytes.Length;
            },
            destination.Length,
            cancellation);
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ObjectName.CheckPrefix(prefix);
        var found = await Run(
            limit => FolderCall.Run(() => FolderListing.Of(_layout.Open(), prefix, limit.Token), limit.Token), 0, cancellation);
        foreach (var item in found)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    public Task DeleteAsync(string name, CancellationToken cancellation = default)
    {
        ObjectName.Check(name);
        return Run(limit => _writer.Delete(name, limit.Token), 0, cancellation);
    }

    private async Task<T> Run<T>(Func<OperationLimit, Task<T>> operation, long bytes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var limit = new OperationLimit(_timeout, bytes, _time, cancellation);
        try
        {
            return await operation(limit);
        }
        catch (OperationCanceledException error) when (!limit.IsCallersWish)
        {
            throw limit.TimedOut(Description, error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new ObjectStoreException($"The object store ({Description}) refuses: {error.Message}", error);
        }
        catch (IOException error) when (error is not ObjectStoreException)
        {
            throw new ObjectStoreUnavailableException($"The object store ({Description}) fails: {error.Message}", error);
        }
    }
}
