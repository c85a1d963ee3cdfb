namespace Metrics.Core.Memory;

/// <summary>
/// Memory for compressed chunks: size classes a third to a half apart, carved out of large arrays that the garbage collector
/// neither moves nor scans. A chunk grows by moving to the next class, so that a series with one point holds tens of bytes.
/// Thread-safe. Arrays are kept for reuse, never given back.
/// </summary>
public sealed class ChunkPool
{
    /// <summary>Larger than 85,000 bytes, and so on the large object heap, which is not compacted.</summary>
    private const int ArenaBytes = 256 * 1024;

    private static readonly int[] ClassBytes =
    [
        32, 48, 64, 96, 128, 192, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1536, 2048, 3072, 4096, 6144, 8192, 12288,
        16384, 24576, 32768,
    ];

    private readonly SizeClass[] _classes = Array.ConvertAll(ClassBytes, static bytes => new SizeClass(bytes));
    private long _reserved;
    private long _used;

    /// <summary>The largest slot there is, in bytes.</summary>
    public static int MaxSlotBytes => ClassBytes[^1];

    /// <summary>Bytes of all arrays.</summary>
    public long ReservedBytes => Volatile.Read(ref _reserved);

    /// <summary>Bytes of the slots that are rented.</summary>
    public long UsedBytes => Volatile.Read(ref _used);

    /// <summary>A slot of at least so many bytes; its content is whatever was there before.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than <see cref="MaxSlotBytes"/>.</exception>
    public ChunkSlot Rent(int bytes)
    {
        var index = ClassOf(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _classes.Length, nameof(bytes));
        var slot = _classes[index].Rent(out var reserved);
        Interlocked.Add(ref _used, slot.Length);
        if (reserved != 0)
        {
            Interlocked.Add(ref _reserved, reserved);
        }

        return slot;
    }

    /// <summary>Gives a slot back; the caller holds no reference to it any more.</summary>
    public void Return(ChunkSlot slot)
    {
        if (slot.Arena is null)
        {
            return;
        }

        _classes[ClassOf(slot.Length)].Return(slot);
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

    private static int ClassOf(int bytes)
    {
        var index = Array.BinarySearch(ClassBytes, bytes);
        return index < 0 ? ~index : index;
    }

    private sealed class SizeClass(int bytes)
    {
        private readonly Lock _sync = new();
        private readonly Stack<ChunkSlot> _free = new();
        private byte[]? _arena;
        private int _next;

        public ChunkSlot Rent(out int reserved)
        {
            lock (_sync)
            {
                reserved = 0;
                if (_free.TryPop(out var slot))
                {
                    return slot;
                }

                if (_arena is null || _next + bytes > _arena.Length)
                {
                    _arena = GC.AllocateUninitializedArray<byte>(ArenaBytes);
                    _next = 0;
                    reserved = ArenaBytes;
                }

                slot = new ChunkSlot(_arena, _next, bytes);
                _next += bytes;
                return slot;
            }
        }

        public void Return(ChunkSlot slot)
        {
            lock (_sync)
            {
                _free.Push(slot);
            }
        }
    }
}
