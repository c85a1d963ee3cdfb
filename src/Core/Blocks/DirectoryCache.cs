namespace Metrics.Core.Blocks;

/// <summary>The pages of a block's chunk directory that were read lately, up to a bound. Thread-safe; a hit takes no lock.</summary>
internal sealed class DirectoryCache(int pages, long maxBytes)
{
    private readonly DirectoryPage?[] _pages = new DirectoryPage?[pages];
    private readonly long[] _used = new long[pages];
    private readonly Lock _gate = new();
    private long _bytes;
    private long _clock;

    public DirectoryPage? Get(int page)
    {
        var found = Volatile.Read(ref _pages[page]);
        if (found is not null)
        {
            Volatile.Write(ref _used[page], Volatile.Read(ref _clock));
        }

        return found;
    }

    public void Put(int page, DirectoryPage read)
    {
        lock (_gate)
        {
            _bytes += read.MemoryBytes - (_pages[page]?.MemoryBytes ?? 0);
            Volatile.Write(ref _pages[page], read);
            Volatile.Write(ref _used[page], ++_clock);
            while (_bytes > maxBytes && OldestBut(page) is >= 0 and var oldest)
            {
                _bytes -= _pages[oldest]!.MemoryBytes;
                Volatile.Write(ref _pages[oldest], null);
            }
        }
    }

    private int OldestBut(int page)
    {
        var oldest = -1;
        for (var i = 0; i < _pages.Length; i++)
        {
            if (i != page && _pages[i] is not null && (oldest < 0 || _used[i] < _used[oldest]))
            {
                oldest = i;
            }
        }

        return oldest;
    }
}
