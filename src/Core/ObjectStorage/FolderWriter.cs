using System.Security.Cryptography;
using Metrics.Core.Files;

namespace Metrics.Core.ObjectStorage;

/// <summary>The changes of a folder store.</summary>
internal sealed class FolderWriter(FolderLayout layout, TimeProvider time)
{
    private const int CopyBytes = 1024 * 1024;

    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(5);

    public async Task<ObjectVersion> Put(string name, Stream content, PutCondition condition, CancellationToken cancellation)
    {
        var temporary = await FolderCall.Run(() => layout.Open().NewTemporary(), cancellation);
        try
        {
            var version = await Write(temporary, content, cancellation);
            await Locked(name, () => Commit(name, temporary, condition), cancellation);
            return version;
        }
        catch (Exception error)
        {
            if (error is DirectoryNotFoundException or FileNotFoundException)
            {
                layout.ForgetDirectories();
            }

            await Discard(temporary, cancellation);
            throw;
        }
    }

    public Task<bool> Delete(string name, CancellationToken cancellation) => Locked(
        name,
        () =>
        {
            var path = layout.Open().PathOf(name);
            if (layout.Files.FileExists(path))
            {
                layout.Files.Delete(path);
                layout.FlushDirectoryOf(path);
            }

            return true;
        },
        cancellation);

    private async Task<ObjectVersion> Write(string temporary, Stream content, CancellationToken cancellation)
    {
        using var file = await FolderCall.Run(() => layout.Files.Open(temporary, FileOpening.CreateNew), cancellation);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[(int)Math.Clamp(content.Length - content.Position, 1, CopyBytes)];
        for (long offset = 0; ;)
        {
            var read = await content.ReadAsync(buffer, cancellation);
            if (read == 0)
            {
                break;
            }

            hash.AppendData(buffer, 0, read);
            var at = offset;
            await FolderCall.Run(() => file.Write(at, buffer.AsSpan(0, read)), cancellation);
            offset += read;
        }

        await FolderCall.Run(file.FlushToDisk, cancellation);
        return ContentVersion.Of(hash);
    }

    private bool Commit(string name, string temporary, PutCondition condition)
    {
        var path = layout.PathOf(name);
        if (!Holds(name, condition))
        {
            throw new ConditionFailedException(name);
        }

        layout.MakeDirectoryOf(path);
        layout.Files.Rename(temporary, path);
        layout.FlushDirectoryOf(path);
        return true;
    }

    private bool Holds(string name, PutCondition condition)
    {
        if (condition is { IfAbsent: false, IfMatch: null })
        {
            return true;
        }

        using var current = layout.TryOpen(name);
        return condition.IfAbsent ? current is null : current is not null && ContentVersion.Of(current) == condition.IfMatch;
    }

    /// <summary>Runs a change while no other of the same name can, in this process or another. A call that is left behind keeps its lock until it ends.</summary>
    private async Task<T> Locked<T>(string name, Func<T> change, CancellationToken cancellation)
    {
        while (true)
        {
            var (done, result) = await FolderCall.Run(() => TryLocked(name, change), cancellation);
            if (done)
            {
                return result!;
            }

            await Task.Delay(LockPoll, time, cancellation);
        }
    }

    private (bool Done, T? Result) TryLocked<T>(string name, Func<T> change)
    {
        IDisposable held;
        try
        {
            held = layout.Open().Files.Lock(layout.LockOf(name));
        }
        catch (FileLockedException)
        {
            return (false, default);
        }

        using (held)
        {
            return (true, change());
        }
    }

    private async Task Discard(string temporary, CancellationToken cancellation)
    {
        try
        {
            await FolderCall.Run(() => layout.Files.Delete(temporary), cancellation);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            // What it failed with already is the answer; the leftover is swept later.
        }
    }
}
