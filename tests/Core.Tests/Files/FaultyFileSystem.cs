using Metrics.Core.Files;

namespace Metrics.Core.Tests.Files;

/// <summary>
/// Files in memory that know which of their bytes and names a power cut would spare, and that fail on demand: the nth
/// operation, every flush, or any write past a capacity.
/// </summary>
internal sealed class FaultyFileSystem : IFileSystem
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, MemoryFile> _names = [];
    private readonly HashSet<string> _locks = [];
    private Dictionary<string, MemoryFile> _durableNames = [];
    private bool _dead;

    /// <summary>Changing operations so far (reads do not count).</summary>
    public int Operations { get; private set; }

    public int Writes { get; private set; }

    public int Flushes { get; private set; }

    /// <summary>The operation, counted from 1, that goes wrong; 0 for none.</summary>
    public int FaultAt { get; set; }

    public FaultKind Fault { get; set; }

    /// <summary>Whether the process was killed by its fault.</summary>
    public bool IsDead => _dead;

    public bool FailFlushes { get; set; }

    public bool FailTruncates { get; set; }

    /// <summary>Bytes that all files together may have.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>Runs before each operation, on the thread that asked for it and outside any lock.</summary>
    public Action<FileOperation>? Before { get; set; }

    /// <summary>A page that reads as an I/O error, or null.</summary>
    public (string Path, long Offset)? UnreadablePage { get; set; }

    public IEnumerable<string> Paths
    {
        get
        {
            lock (_gate)
            {
                return [.. _names.Keys.Order()];
            }
        }
    }

    public byte[] Content(string path)
    {
        lock (_gate)
        {
            return _names[path].Bytes.ToArray();
        }
    }

    public void SetContent(string path, byte[] content)
    {
        lock (_gate)
        {
            _names[path] = new MemoryFile { Bytes = content, Durable = content };
        }
    }

    /// <summary>What is there after the process was killed: everything that the operating system had.</summary>
    public FaultyFileSystem AfterKill()
    {
        lock (_gate)
        {
            var after = new FaultyFileSystem();
            foreach (var (path, file) in _names)
            {
                after._names[path] = new MemoryFile { Bytes = [.. file.Bytes], Durable = file.Durable };
            }

            after._durableNames = after._names.Where(n => _durableNames.ContainsKey(n.Key)).ToDictionary();
            return after;
        }
    }

    /// <summary>
    /// What is there after a power cut. What was flushed is; of the rest nothing, or with a source of chance any 16-byte
    /// sectors, lengths and names.
    /// </summary>
    public FaultyFileSystem AfterPowerCut(Random? chance = null)
    {
        lock (_gate)
        {
            var after = new FaultyFileSystem();
            foreach (var (path, file) in _names)
            {
                if (_durableNames.ContainsKey(path) || chance?.Next(2) == 1)
                {
                    after.SetContent(path, chance is null ? file.Durable : Mix(file, chance));
                }
            }

            foreach (var (path, file) in _durableNames.Where(d => !_names.ContainsKey(d.Key)))
            {
                after.SetContent(path, file.Durable);
            }

            after._durableNames = new(after._names);
            return after;
        }
    }

    public void CreateDirectory(string path)
    {
    }

    public IReadOnlyList<string> ListFiles(string directory)
    {
        lock (_gate)
        {
            return [.. _names.Keys.Where(p => Path.GetDirectoryName(p) == directory).Select(p => Path.GetFileName(p)!)];
        }
    }

    public IReadOnlyList<string> ListDirectories(string directory)
    {
        lock (_gate)
        {
            var prefix = directory + Path.DirectorySeparatorChar;
            return
            [
                .. _names.Keys.Where(p => p.StartsWith(prefix, StringComparison.Ordinal))
                    .Select(p => p[prefix.Length..].Split(Path.DirectorySeparatorChar))
                    .Where(parts => parts.Length > 1)
                    .Select(parts => parts[0])
                    .Distinct(),
            ];
        }
    }

    public bool FileExists(string path)
    {
        lock (_gate)
        {
            return _names.ContainsKey(path);
        }
    }

    public IFile Open(string path, FileOpening opening)
    {
        if (opening == FileOpening.CreateNew)
        {
            Run(FileOperation.Create, () => Create(path));
        }

        lock (_gate)
        {
            return _names.TryGetValue(path, out var file)
                ? new OpenFile(this, path, file)
                : throw new FileNotFoundException("no such file", path);
        }
    }

    public IDisposable Lock(string path)
    {
        lock (_gate)
        {
            return _locks.Add(path) ? new Unlock(() => _locks.Remove(path)) : throw new FileLockedException(path);
        }
    }

    public void Delete(string path) => Run(FileOperation.Delete, () => _names.Remove(path));

    public void Rename(string from, string to) => Run(FileOperation.Rename, () =>
    {
        _names[to] = _names[from];
        _names.Remove(from);
    });

    public void FlushDirectory(string directory) => Run(FileOperation.FlushDirectory, () => _durableNames = new(_names));

    private long FreeBytes() => Capacity - _names.Values.Sum(f => (long)f.Bytes.Length);

    private void Create(string path)
    {
        if (!_names.TryAdd(path, new()))
        {
            throw new IOException($"{path} exists");
        }
    }

    private static byte[] Mix(MemoryFile file, Random chance)
    {
        const int Sector = 16;
        var shorter = Math.Min(file.Durable.Length, file.Bytes.Length);
        var longer = Math.Max(file.Durable.Length, file.Bytes.Length);
        var mixed = new byte[chance.Next(shorter, longer + 1)];
        for (var at = 0; at < mixed.Length; at += Sector)
        {
            var source = chance.Next(2) == 0 ? file.Durable : file.Bytes;
            var count = Math.Clamp(source.Length - at, 0, Math.Min(Sector, mixed.Length - at));
            source.AsSpan(Math.Min(at, source.Length), count).CopyTo(mixed.AsSpan(at));
        }

        return mixed;
    }

    private void Run(FileOperation operation, Action apply, Action<int>? applyPart = null, int size = 0)
    {
        Before?.Invoke(operation);
        lock (_gate)
        {
            if (_dead)
            {
                throw new IOException("the process is dead");
            }

            Operations++;
            Writes += operation == FileOperation.Write ? 1 : 0;
            Flushes += operation == FileOperation.Flush ? 1 : 0;
            if (Operations == FaultAt)
            {
                _dead = Fault == FaultKind.Kill;
                applyPart?.Invoke(size / 2);
                throw new IOException($"operation {Operations} ({operation}) fails");
            }

            if ((FailFlushes && operation == FileOperation.Flush) || (FailTruncates && operation == FileOperation.Truncate))
            {
                throw new IOException($"{operation} fails");
            }

            if (operation == FileOperation.Write && FreeBytes() < size)
            {
                applyPart?.Invoke((int)Math.Max(0, FreeBytes()));
                throw new DiskFullException("no space left");
            }

            apply();
        }
    }

    private sealed class MemoryFile
    {
        public byte[] Bytes { get; set; } = [];

        public byte[] Durable { get; set; } = [];
    }

    private sealed class Unlock(Action release) : IDisposable
    {
        public void Dispose() => release();
    }

    private sealed class OpenFile(FaultyFileSystem system, string path, MemoryFile file) : IFile
    {
        public long Length => file.Bytes.Length;

        public int Read(long offset, Span<byte> buffer)
        {
            if (system.UnreadablePage is { } bad && bad.Path == path && offset <= bad.Offset && bad.Offset < offset + buffer.Length)
            {
                throw new IOException("input/output error");
            }

            var count = (int)Math.Clamp(file.Bytes.Length - offset, 0, buffer.Length);
            file.Bytes.AsSpan((int)Math.Min(offset, file.Bytes.Length), count).CopyTo(buffer);
            return count;
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            var copy = bytes.ToArray();
            system.Run(FileOperation.Write, () => Put(offset, copy), part => Put(offset, copy[..part]), copy.Length);
        }

        public void Truncate(long length) => system.Run(FileOperation.Truncate, () => file.Bytes = file.Bytes[..(int)length]);

        public void FlushToDisk() => system.Run(FileOperation.Flush, () => file.Durable = [.. file.Bytes]);

        public void Dispose()
        {
        }

        private void Put(long offset, byte[] bytes)
        {
            var grown = new byte[Math.Max(file.Bytes.Length, (int)offset + bytes.Length)];
            file.Bytes.CopyTo(grown, 0);
            bytes.CopyTo(grown, (int)offset);
            file.Bytes = grown;
        }
    }
}
