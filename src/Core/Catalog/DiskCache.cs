using Metrics.Core.Blocks;
using Metrics.Core.Files;
using Metrics.Core.ObjectStorage;
using Microsoft.Extensions.Logging;

namespace Metrics.Core.Catalog;

/// <summary>
/// Blocks of a distant object store on local disk, bounded in bytes, the least recently used out first: whole ones that were published from here, and
/// pages of others that somebody read. Nothing that fails here fails a read.
/// </summary>
internal sealed partial class DiskCache : IDisposable
{
    public const int PageBytes = 64 * 1024;
    public const int MaxFetchBytes = 4 * 1024 * 1024;

    private const string WholeExtension = ".block";
    private const string PagesExtension = ".pages";

    private readonly IFileSystem _files;
    private readonly IObjectStore _store;
    private readonly string _directory;
    private readonly long _maxBytes;
    private readonly TimeSpan _warm;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, CachedBlock> _blocks = new(StringComparer.Ordinal);
    private long _bytes;
    private long _clock;
    private bool _usable = true;
    private long _hitBytes;
    private long _fetchedBytes;

    public DiskCache(
        IFileSystem files, IObjectStore store, string directory, long maxBytes, TimeSpan warm, TimeProvider time, ILogger logger)
    {
        _files = files;
        _store = store;
        _directory = directory;
        _maxBytes = maxBytes;
        _warm = warm;
        _time = time;
        _logger = logger;
    }

    /// <summary>Bytes on disk.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _bytes;
            }
        }
    }

    /// <summary>Bytes that readers got from here, and that were fetched from the object store for them.</summary>
    public (long Hit, long Fetched) Totals => (Volatile.Read(ref _hitBytes), Volatile.Read(ref _fetchedBytes));

    /// <summary>Takes stock of the directory: whole blocks that a catalog lists stay; the rest goes, since nobody knows which pages such a file has.</summary>
    public void Open(IEnumerable<BlockInfo> listed)
    {
        try
        {
            _files.CreateDirectory(_directory);
            var byFile = new Dictionary<string, BlockInfo>(StringComparer.Ordinal);
            foreach (var block in listed)
            {
                byFile[FileOf(block.Name) + WholeExtension] = block;
            }

            foreach (var name in _files.ListFiles(_directory))
            {
                var path = Path.Combine(_directory, name);
                if (byFile.TryGetValue(name, out var block) && LengthOf(path) == block.Bytes)
                {
                    lock (_gate)
                    {
                        Enter(new CachedBlock(this, block, path, whole: true));
                    }
                }
                else if (name.EndsWith(WholeExtension, StringComparison.Ordinal) || name.EndsWith(PagesExtension, StringComparison.Ordinal))
                {
                    _files.Delete(path);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Failed(_directory, error);
            _usable = false;
        }

        Evict();
    }

    /// <summary>Moves a published block's file here, unless it is too old to be kept whole. The caller deletes what is left where it was.</summary>
    public void Adopt(BlockInfo block, string path)
    {
        if (!_usable || IsOld(block) || block.Bytes > _maxBytes)
        {
            return;
        }

        var target = Path.Combine(_directory, FileOf(block.Name) + WholeExtension);
        Remove(block.Name);
        try
        {
            _files.Rename(path, target);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Failed(target, error);
            return;
        }

        lock (_gate)
        {
            Enter(new CachedBlock(this, block, target, whole: true));
        }

        Evict();
    }

    /// <summary>A block's bytes, from here as far as they are here.</summary>
    public IBlockFile Open(BlockInfo block)
    {
        lock (_gate)
        {
            if (!_blocks.TryGetValue(block.Name, out var cached) && _usable)
            {
                cached = new CachedBlock(this, block, Path.Combine(_directory, FileOf(block.Name) + PagesExtension), whole: false);
                Enter(cached);
            }

            if (cached is null)
            {
                return new ColdBlockFile(_store, block);
            }

            cached.LastUse = ++_clock;
            return new CachedBlockFile(cached);
        }
    }

    /// <summary>Whether all of a block is here.</summary>
    public bool IsWhole(string name)
    {
        lock (_gate)
        {
            return _blocks.TryGetValue(name, out var block) && block.Bytes >= block.Info.Bytes;
        }
    }

    /// <summary>Forgets a block.</summary>
    /// <returns>Whether anything of it was here.</returns>
    public bool Remove(string name)
    {
        CachedBlock? removed;
        lock (_gate)
        {
            if (_blocks.Remove(name, out removed))
            {
                _bytes -= removed.Bytes;
            }
        }

        removed?.Discard();
        return removed?.Bytes > 0;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _blocks.Clear();
            _usable = false;
        }
    }

    private void Hit(long bytes)
    {
        Interlocked.Add(ref _hitBytes, bytes);
        CatalogInstruments.CacheBytes.Add(bytes);
    }

    private void Fetched(long bytes)
    {
        Interlocked.Add(ref _fetchedBytes, bytes);
        CatalogInstruments.FetchedBytes.Add(bytes);
    }

    /// <summary>Called by a block when it has put bytes on disk.</summary>
    private void Grew(CachedBlock block, long bytes)
    {
        lock (_gate)
        {
            if (!_blocks.TryGetValue(block.Info.Name, out var current) || current != block)
            {
                return;
            }

            block.Bytes += bytes;
            _bytes += bytes;
        }

        Evict();
    }

    /// <summary>Called by a block whose file failed.</summary>
    private void Lost(CachedBlock block, Exception error)
    {
        Failed(block.Path, error);
        lock (_gate)
        {
            if (!_blocks.TryGetValue(block.Info.Name, out var current) || current != block)
            {
                return;
            }

            _blocks.Remove(block.Info.Name);
            _bytes -= block.Bytes;
        }

        block.Discard();
    }

    /// <summary>Makes room down to a little below the bound, so that not every page that comes makes one go.</summary>
    private void Evict()
    {
        var victims = new List<CachedBlock>();
        lock (_gate)
        {
            if (_bytes <= _maxBytes)
            {
                return;
            }

            var keep = _maxBytes - (_maxBytes / 20);
            foreach (var block in _blocks.Values.Where(static b => b.Bytes > 0).OrderBy(b => IsOld(b.Info) ? 0 : 1).ThenBy(static b => b.LastUse).ToList())
            {
                if (_bytes <= keep)
                {
                    break;
                }

                _blocks.Remove(block.Info.Name);
                _bytes -= block.Bytes;
                victims.Add(block);
            }
        }

        foreach (var victim in victims)
        {
            victim.Discard();
        }
    }

    private void Enter(CachedBlock block)
    {
        // Pages that somebody began to read in between: their file is a stray one that the next start deletes.
        if (_blocks.TryGetValue(block.Info.Name, out var other))
        {
            _bytes -= other.Bytes;
        }

        block.LastUse = ++_clock;
        _blocks[block.Info.Name] = block;
        _bytes += block.Bytes;
    }

    private bool IsOld(BlockInfo block) =>
        block.Resolution == Resolution.Raw && block.MaxMs < _time.GetUtcNow().ToUnixTimeMilliseconds() - (long)_warm.TotalMilliseconds;

    private long LengthOf(string path)
    {
        using var file = _files.Open(path, FileOpening.Read);
        return file.Length;
    }

    private void Failed(string path, Exception error)
    {
        CatalogInstruments.CacheFailures.Add(1);
        CatalogLog.CacheFailed(_logger, path, error.Message);
    }

    private static string FileOf(string name) => name[..^BlockName.Extension.Length].Replace('/', '_');
}
