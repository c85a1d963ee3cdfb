namespace Metrics.Core.Index;

/// <summary>
/// Runs of ints of many lengths, in pages that never move. A freed run serves the next of its length; lengths repeat, because
/// the series of a metric mostly have the same tags. Not thread-safe.
/// </summary>
internal sealed class EntryStore
{
    private const int PageBits = 12;
    private const int PageSize = 1 << PageBits;

    private readonly List<int[]> _pages = [];

    /// <summary>By length: the first freed run, whose first int is the next one.</summary>
    private readonly Dictionary<int, int> _freed = [];

    /// <summary>The page being filled, and its first free int: 1 at first, since 0 means none.</summary>
    private int _current;
    private int _used = PageSize;

    /// <summary>A run of ints with whatever it held before.</summary>
    /// <returns>Its handle, never 0.</returns>
    public int Allocate(int length)
    {
        if (_freed.TryGetValue(length, out var handle))
        {
            var next = Read(handle, 1)[0];
            if (next == 0)
            {
                _freed.Remove(length);
            }
            else
            {
                _freed[length] = next;
            }

            return handle;
        }

        if (length >= PageSize)
        {
            _pages.Add(new int[length + 1]);
            return ((_pages.Count - 1) << PageBits) + 1;
        }

        if (_used + length > PageSize)
        {
            _pages.Add(new int[PageSize]);
            _current = _pages.Count - 1;
            _used = 1;
        }

        handle = (_current << PageBits) + _used;
        _used += length;
        return handle;
    }

    public void Free(int handle, int length)
    {
        _freed.TryGetValue(length, out var next);
        Read(handle, 1)[0] = next;
        _freed[length] = handle;
    }

    public Span<int> Read(int handle, int length) => _pages[handle >> PageBits].AsSpan(handle & (PageSize - 1), length);
}
