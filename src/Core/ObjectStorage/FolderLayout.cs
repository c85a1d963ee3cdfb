using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Metrics.Core.Files;
using Microsoft.Extensions.Logging;

namespace Metrics.Core.ObjectStorage;

/// <summary>Where the files of a folder store are: objects by their names, <c>.tmp</c> for what is being written, <c>.locks</c>.</summary>
internal sealed class FolderLayout(string root, IFileSystem files, TimeProvider time, ILogger logger)
{
    /// <summary>A temporary file that is older belongs to no operation: those have a time limit.</summary>
    internal static readonly TimeSpan LeftoverAge = TimeSpan.FromHours(1);

    private const int LockFiles = 64;

    private readonly string _temporary = Path.Combine(root, ".tmp");
    private readonly string _locks = Path.Combine(root, ".locks");
    private readonly ConcurrentDictionary<string, bool> _made = new();
    private readonly ConcurrentDictionary<string, bool> _flushed = new();
    private readonly Lock _opening = new();
    private long _nextSweep = long.MinValue;
    private bool _open;

    public string Root => root;

    public IFileSystem Files => files;

    /// <summary>Makes the directories at the first call, and sweeps leftovers then and every hour.</summary>
    public FolderLayout Open()
    {
        lock (_opening)
        {
            if (!_open)
            {
                MakeRoot();
                _open = true;
            }

            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            if (now >= _nextSweep)
            {
                Sweep(now);
                _nextSweep = now + (long)LeftoverAge.TotalMilliseconds;
            }
        }

        return this;
    }

    public string PathOf(string name) => Path.Combine(root, Path.Combine(name.Split('/')));

    public string NewTemporary() =>
        Path.Combine(_temporary, string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow().ToUnixTimeMilliseconds()}-{Guid.NewGuid():N}"));

    public string LockOf(string name) =>
        Path.Combine(_locks, (SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(name))[0] % LockFiles).ToString("00", CultureInfo.InvariantCulture));

    /// <summary>Makes the directory of an object; a power cut must not take it, and with it the object.</summary>
    public void MakeDirectoryOf(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        if (directory == root || _made.ContainsKey(directory))
        {
            return;
        }

        MakeDirectoryOf(directory);
        files.CreateDirectory(directory);
        files.FlushDirectory(Path.GetDirectoryName(directory)!);
        _made[directory] = true;
    }

    /// <summary>Somebody took a directory away: they are made anew.</summary>
    public void ForgetDirectories()
    {
        _made.Clear();
        lock (_opening)
        {
            _open = false;
        }
    }

    /// <summary>Makes the names in the directory of an object survive a power cut.</summary>
    public void FlushDirectoryOf(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        _flushed.TryRemove(directory, out _);
        files.FlushDirectory(directory);
        _flushed[directory] = true;
    }

    public StoredObject? Read(string name, int maxBytes)
    {
        using var file = TryOpen(name);
        if (file is null)
        {
            return null;
        }

        if (file.Length > maxBytes)
        {
            throw new ObjectStoreException($"The object {name} has {file.Length} bytes, more than the {maxBytes} that are taken.");
        }

        var content = ReadPart(file, 0, (int)file.Length);
        return new StoredObject(content, ContentVersion.Of(content));
    }

    /// <exception cref="ObjectNotFoundException">There is none of that name.</exception>
    public byte[] Read(string name, long offset, int count)
    {
        using var file = TryOpen(name) ?? throw new ObjectNotFoundException(name);
        return ReadPart(file, offset, (int)Math.Clamp(file.Length - offset, 0, count));
    }

    public IFile? TryOpen(string name)
    {
        var path = PathOf(name);
        try
        {
            // A process may have been killed between renaming and flushing. What is built on the new object must not outlive it.
            if (!_flushed.ContainsKey(Path.GetDirectoryName(path)!))
            {
                FlushDirectoryOf(path);
            }

            return files.Open(path, FileOpening.Read);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }

    private void MakeRoot()
    {
        var isNew = false;
        try
        {
            _ = files.ListFiles(root);
        }
        catch (DirectoryNotFoundException)
        {
            isNew = true;
        }

        files.CreateDirectory(_temporary);
        files.CreateDirectory(_locks);
        files.FlushDirectory(root);
        if (isNew && Path.GetDirectoryName(root) is { Length: > 0 } parent)
        {
            files.FlushDirectory(parent);
        }
    }

    private static byte[] ReadPart(IFile file, long offset, int count)
    {
        var bytes = new byte[count];
        var read = file.Read(offset, bytes);
        return read == count ? bytes : bytes[..read];
    }

    private void Sweep(long now)
    {
        var swept = 0;
        foreach (var name in files.ListFiles(_temporary))
        {
            var written = name.Split('-')[0];
            if (long.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && now - at > LeftoverAge.TotalMilliseconds)
            {
                files.Delete(Path.Combine(_temporary, name));
                swept++;
            }
        }

        if (swept > 0)
        {
            FolderLog.Swept(logger, swept, _temporary);
        }
    }
}
