using Metrics.Core.Files;

namespace Metrics.Core.Catalog;

internal sealed partial class DiskCache
{
    /// <summary>One block's file in the cache: the whole of it, or pages in a sparse file.</summary>
    private sealed class CachedBlock
    {
        private readonly DiskCache _cache;
        private readonly Lock _gate = new();
        private readonly bool _whole;
        private readonly bool[] _present;
        private readonly Dictionary<int, PageFetch> _underWay = [];
        private IFile? _file;
        private int _users;
        private bool _discarded;
        private int _missing;

        public CachedBlock(DiskCache cache, BlockInfo info, string path, bool whole)
        {
            _cache = cache;
            _whole = whole;
            _present = whole ? [] : new bool[(info.Bytes + PageBytes - 1) / PageBytes];
            _missing = _present.Length;
            Info = info;
            Path = path;
            Bytes = whole ? info.Bytes : 0;
        }

        public BlockInfo Info { get; }

        public string Path { get; }

        /// <summary>Whether all of it is on disk.</summary>
        public bool Whole => Volatile.Read(ref _missing) == 0;

        /// <summary>On disk. The cache's, under its lock.</summary>
        public long Bytes { get; set; }

        /// <summary>The cache's, under its lock.</summary>
        public long LastUse { get; set; }

        public void Enter()
        {
            lock (_gate)
            {
                _users++;
            }
        }

        public void Leave()
        {
            lock (_gate)
            {
                if (--_users == 0)
                {
                    Close();
                }
            }
        }

        /// <summary>Deletes the file; who reads the block goes on from the object store.</summary>
        public void Discard()
        {
            lock (_gate)
            {
                if (_discarded)
                {
                    return;
                }

                _discarded = true;
                Close();
                try
                {
                    if (_cache._files.FileExists(Path))
                    {
                        _cache._files.Delete(Path);
                    }
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    CatalogLog.DeleteFailed(_cache._logger, error, Path);
                }
            }
        }

        /// <returns>Whether anything had to be fetched.</returns>
        public async ValueTask<bool> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellation)
        {
            if (offset < 0 || offset + destination.Length > Info.Bytes)
            {
                throw new InvalidDataException($"{Info.Name} has {Info.Bytes} bytes: {destination.Length} from {offset} were asked for.");
            }

            if (destination.Length == 0)
            {
                return false;
            }

            if (_whole)
            {
                if (TryReadFile(offset, destination.Span))
                {
                    return false;
                }

                await FetchAsync(offset, destination, cancellation);
                return true;
            }

            var fetches = Plan((int)(offset / PageBytes), (int)((offset + destination.Length - 1) / PageBytes));
            foreach (var fetch in fetches)
            {
                await fetch.Done.WaitAsync(cancellation);
            }

            var fetched = fetches.Count > 0;
            for (var at = 0; at < destination.Length;)
            {
                var position = offset + at;
                var count = (int)Math.Min(destination.Length - at, PageBytes - (position % PageBytes));
                var part = destination.Slice(at, count);
                if (fetches.Find(f => f.Covers((int)(position / PageBytes))) is { } fetch)
                {
                    fetch.Copy(position, part.Span);
                }
                else if (!TryReadFile(position, part.Span))
                {
                    await FetchAsync(position, part, cancellation);
                    fetched = true;
                }

                at += count;
            }

            return fetched;
        }

        /// <summary>Starts to fetch what is neither here nor on its way: neighbouring pages in one request.</summary>
        private List<PageFetch> Plan(int first, int last)
        {
            var wanted = new List<PageFetch>();
            var started = new List<PageFetch>();
            lock (_gate)
            {
                PageFetch? run = null;
                for (var page = first; page <= last; page++)
                {
                    if (_present[page] && !_discarded)
                    {
                        run = null;
                    }
                    else if (_underWay.TryGetValue(page, out var other))
                    {
                        run = null;
                        if (wanted.Count == 0 || wanted[^1] != other)
                        {
                            wanted.Add(other);
                        }
                    }
                    else
                    {
                        if (run is null || run.Pages == MaxFetchBytes / PageBytes)
                        {
                            run = new PageFetch(page);
                            wanted.Add(run);
                            started.Add(run);
                        }

                        run.Pages++;
                        _underWay.Add(page, run);
                    }
                }
            }

            foreach (var fetch in started)
            {
                _ = RunAsync(fetch);
            }

            return wanted;
        }

        /// <summary>Not cancelled by a reader, since others may wait for it too; the store's own time limit ends it.</summary>
        private async Task RunAsync(PageFetch fetch)
        {
            try
            {
                var start = fetch.First * (long)PageBytes;
                var bytes = new byte[Math.Min(Info.Bytes - start, fetch.Pages * (long)PageBytes)];
                await FetchAsync(start, bytes, CancellationToken.None);
                var kept = TryKeep(fetch, bytes);
                fetch.Finish(bytes);
                if (kept)
                {
                    _cache.Grew(this, bytes.Length);
                }
            }
            catch (Exception error)
            {
                lock (_gate)
                {
                    fetch.ForEach(_underWay.Remove);
                }

                fetch.Fail(error);
            }
        }

        private bool TryKeep(PageFetch fetch, byte[] bytes)
        {
            Exception? failure = null;
            lock (_gate)
            {
                try
                {
                    if (!_discarded)
                    {
                        Opened(create: true).Write(fetch.First * (long)PageBytes, bytes);
                        fetch.ForEach(page => _present[page] = true);
                        _missing -= fetch.Pages;
                    }
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    failure = error;
                }

                fetch.ForEach(_underWay.Remove);
                if (_users == 0)
                {
                    Close();
                }

                if (failure is null)
                {
                    return !_discarded;
                }
            }

            _cache.Lost(this, failure);
            return false;
        }

        private async ValueTask FetchAsync(long offset, Memory<byte> destination, CancellationToken cancellation)
        {
            var read = await _cache._store.ReadAsync(Info.Name, offset, destination, cancellation);
            _cache.Fetched(read);
            if (read != destination.Length)
            {
                throw new InvalidDataException($"{Info.Name} ends at {offset + read}: {destination.Length} bytes from {offset} were asked for.");
            }
        }

        /// <summary>False when the file is gone or fails, which only costs time.</summary>
        private bool TryReadFile(long offset, Span<byte> destination)
        {
            Exception failure;
            try
            {
                IFile file;
                lock (_gate)
                {
                    if (_discarded)
                    {
                        return false;
                    }

                    file = Opened(create: false);
                }

                if (file.Read(offset, destination) == destination.Length)
                {
                    _cache.Hit(destination.Length);
                    return true;
                }

                failure = new IOException("it is shorter than it was");
            }
            catch (ObjectDisposedException)
            {
                // Discarded meanwhile.
                return false;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                failure = error;
            }

            _cache.Lost(this, failure);
            return false;
        }

        private IFile Opened(bool create)
        {
            if (_file is null)
            {
                var exists = !create || _cache._files.FileExists(Path);
                _file = _cache._files.Open(Path, exists ? (_whole ? FileOpening.Read : FileOpening.ReadWrite) : FileOpening.CreateNew);
            }

            return _file;
        }

        private void Close()
        {
            _file?.Dispose();
            _file = null;
        }
    }
}
