using Metrics.Core.Files;

namespace Metrics.Core.Catalog;

/// <summary>
/// Open files of blocks, shared by readers and kept open for a while afterwards: a query reads many blocks, and opening one costs as much as
/// reading a page of it.
/// </summary>
internal sealed class OpenFiles(IFileSystem files, int maxIdle) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Shared> _byPath = new(StringComparer.Ordinal);
    private readonly LinkedList<Shared> _idle = new();

    /// <summary>A file, to be given back; null when it is not there.</summary>
    /// <exception cref="IOException">It is there and cannot be opened.</exception>
    public Shared? TryRent(string path)
    {
        lock (_gate)
        {
            if (_byPath.TryGetValue(path, out var open))
            {
                if (open.Users++ == 0)
                {
                    _idle.Remove(open);
                }

                return open;
            }
        }

        IFile file;
        try
        {
            file = files.Open(path, FileOpening.Read);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        var opened = new Shared(path, file) { Users = 1 };
        lock (_gate)
        {
            // When two opened it at the same time, the other one is the shared one, and this one closes with its reader.
            opened.Forgotten = !_byPath.TryAdd(path, opened);
        }

        return opened;
    }

    public void Return(Shared file)
    {
        Shared? close = null;
        lock (_gate)
        {
            if (--file.Users > 0)
            {
                return;
            }

            if (file.Forgotten)
            {
                close = file;
            }
            else
            {
                _idle.AddLast(file);
                if (_idle.Count > maxIdle)
                {
                    close = _idle.First!.Value;
                    _idle.RemoveFirst();
                    _byPath.Remove(close.Path);
                }
            }
        }

        close?.File.Dispose();
    }

    /// <summary>Lets go of a file that is being deleted, so that its space comes free once its readers are done.</summary>
    public void Forget(string path)
    {
        Shared? file;
        lock (_gate)
        {
            if (!_byPath.Remove(path, out file))
            {
                return;
            }

            file.Forgotten = true;
            if (file.Users > 0)
            {
                return;
            }

            _idle.Remove(file);
        }

        file.File.Dispose();
    }

    public void Dispose()
    {
        List<string> paths;
        lock (_gate)
        {
            paths = [.. _byPath.Keys];
        }

        paths.ForEach(Forget);
    }

    /// <summary>A file and how many read it.</summary>
    internal sealed class Shared(string path, IFile file)
    {
        public string Path => path;

        public IFile File => file;

        /// <summary>Under the lock.</summary>
        public int Users { get; set; }

        /// <summary>Closes with its last reader. Under the lock.</summary>
        public bool Forgotten { get; set; }
    }
}
