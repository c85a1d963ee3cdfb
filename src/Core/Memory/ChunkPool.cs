namespace Metrics.Core.Memory;

/// <summary>
/// Memory for compressed chunks: size classes a third to a half apart, cut out of large arrays that the garbage collector
/// neither moves nor scans. A chunk grows by moving to the next class, so that a series with one point holds tens of bytes.
/// Thread-safe. An array without rented slots serves any class: series that grow in step would else leave as much
/// behind in every class they went through. Arrays are kept for reuse, never given back.
/// </summary>
public sealed class ChunkPool
{
    private static readonly int[] ClassBytes =
    [
        32, 48, 64, 96, 128, 192, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1536, 2048, 3072, 4096, 6144, 8192, 12288,
        16384, 24576, 32768,
    ];

    private readonly SizeClass[] _classes = Array.ConvertAll(ClassBytes, static bytes => new SizeClass(bytes));
    private readonly Lock _pagesLock = new();
    private readonly Stack<ChunkPage> _emptyPages = new();
    private ChunkPage[] _pages = new ChunkPage[16];
    private int _pageCount;
    private long _used;

    /// <summary>The largest slot there is, in bytes.</summary>
    public static int MaxSlotBytes => ClassBytes[^1];

    /// <summary>Bytes of all arrays.</summary>
    public long ReservedBytes => (long)Volatile.Read(ref _pageCount) * ChunkPage.Bytes;

    /// <summary>Bytes of the slots that are rented.</summary>
    public long UsedBytes => Volatile.Read(ref _used);

    /// <summary>A slot of at least so many bytes; its content is whatever was there before.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than <see cref="MaxSlotBytes"/>.</exception>
    public ChunkSlot Rent(int bytes)
    {
        var index = ClassOf(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _classes.Length, nameof(bytes));
        var slot = _classes[index].Rent(this);
        Interlocked.Add(ref _used, slot.Length);
        return slot;
    }

    /// <summary>Gives a slot back; the caller holds no reference to it any more.</summary>
    public void Return(ChunkSlot slot)
    {
        if (slot.Arena is null)
        {
            return;
        }

        _classes[ClassOf(slot.Length)].Return(this, Volatile.Read(ref _pages)[ChunkPage.NumberOf(slot)], slot);
        Interlocked.Add(ref _used, -slot.Length);
    }

    /// <summary>A larger slot with the same first bytes; the old one is given back.</summary>
    public ChunkSlot Grow(ChunkSlot slot, int usedBytes, int neededBytes)
    {
        var larger = Rent(Math.Max(neededBytes, slot.Length + 1));
        slot.Span[..usedBytes].CopyTo(larger.Span);
        Return(slot);
        return larger;
    }

    /// <summary>The smallest slot that holds the bytes in use.</summary>
    public ChunkSlot Shrink(ChunkSlot slot, int usedBytes)
    {
        if (ClassBytes[ClassOf(usedBytes)] == slot.Length)
        {
            return slot;
        }

        var smaller = Rent(usedBytes);
        slot.Span[..usedBytes].CopyTo(smaller.Span);
        Return(slot);
        return smaller;
    }

    /// <summary>A page that nothing is rented from.</summary>
    internal ChunkPage TakePage()
    {
        lock (_pagesLock)
        {
            if (_emptyPages.TryPop(out var page))
            {
                return page;
            }

            page = new ChunkPage(_pageCount);
            if (_pageCount == _pages.Length)
            {
                var larger = new ChunkPage[_pages.Length * 2];
                Array.Copy(_pages, larger, _pageCount);
                Volatile.Write(ref _pages, larger);
            }

            _pages[_pageCount] = page;
            Volatile.Write(ref _pageCount, _pageCount + 1);
            return page;
        }
    }

    /// <summary>Takes a page back that nothing is rented from any more.</summary>
    internal void GivePage(ChunkPage page)
    {
        lock (_pagesLock)
        {
            _emptyPages.Push(page);
        }
    }

    private static int ClassOf(int bytes)
    {
        var index = Array.BinarySearch(ClassBytes, bytes);
        return index < 0 ? ~index : index;
    }
}
