namespace Metrics.Core.Memory;

/// <summary>The pages that are cut into slots of one size. Thread-safe.</summary>
internal sealed class SizeClass(int slotBytes)
{
    private readonly Lock _sync = new();

    /// <summary>Pages with room. A full page has no neighbours, and is found again through its slots.</summary>
    private ChunkPage? _first;

    public ChunkSlot Rent(ChunkPool pool)
    {
        lock (_sync)
        {
            if (_first is not { } page)
            {
                page = pool.TakePage();
                page.Cut(slotBytes);
                Link(page);
            }

            var slot = page.Rent();
            if (!page.HasRoom)
            {
                Unlink(page);
            }

            return slot;
        }
    }

    public void Return(ChunkPool pool, ChunkPage page, ChunkSlot slot)
    {
        lock (_sync)
        {
            var wasFull = !page.HasRoom;
            page.Return(slot);
            if (wasFull)
            {
                Link(page);
            }

            // The last page with room stays, so that one slot that comes and goes does not move a page each time.
            if (page.Rented == 0 && (page.Previous ?? page.Next) is not null)
            {
                Unlink(page);
                pool.GivePage(page);
            }
        }
    }

    /// <summary>In front: what has just been full is the fullest, and those behind it may run empty.</summary>
    private void Link(ChunkPage page)
    {
        page.Next = _first;
        if (_first is not null)
        {
            _first.Previous = page;
        }

        _first = page;
    }

    private void Unlink(ChunkPage page)
    {
        if (page.Previous is { } previous)
        {
            previous.Next = page.Next;
        }
        else
        {
            _first = page.Next;
        }

        if (page.Next is { } next)
        {
            next.Previous = page.Previous;
        }

        page.Previous = page.Next = null;
    }
}
