using System.Buffers.Binary;

namespace Metrics.Core.Memory;

/// <summary>
/// One of the pool's arrays while it is cut into slots of one size. Freed slots form a list in their own bytes. Guarded by the lock
/// of the size class that has it.
/// </summary>
internal sealed class ChunkPage
{
    /// <summary>Larger than 85,000, and so on the large object heap, which is not compacted.</summary>
    public const int Bytes = 256 * 1024;

    /// <summary>The page's number, so that a slot leads back to its page without a field for it.</summary>
    private const int HeaderBytes = 16;

    private readonly byte[] _array = GC.AllocateUninitializedArray<byte>(Bytes);
    private int _slotBytes;
    private int _next;
    private int _free;

    public ChunkPage(int number) => BinaryPrimitives.WriteInt32LittleEndian(_array, number);

    /// <summary>Slots that are rented.</summary>
    public int Rented { get; private set; }

    public bool HasRoom => _free != 0 || _next + _slotBytes <= Bytes;

    /// <summary>Neighbours among the pages of a size class that have room.</summary>
    public ChunkPage? Previous { get; set; }

    public ChunkPage? Next { get; set; }

    public static int NumberOf(ChunkSlot slot) => BinaryPrimitives.ReadInt32LittleEndian(slot.Arena);

    /// <summary>Begins anew with slots of a size; nothing is rented.</summary>
    public void Cut(int slotBytes)
    {
        _slotBytes = slotBytes;
        _next = HeaderBytes;
        _free = 0;
    }

    /// <summary>A slot; there is room.</summary>
    public ChunkSlot Rent()
    {
        Rented++;
        var offset = _free;
        if (offset != 0)
        {
            _free = BinaryPrimitives.ReadInt32LittleEndian(_array.AsSpan(offset));
        }
        else
        {
            offset = _next;
            _next += _slotBytes;
        }

        return new ChunkSlot(_array, offset, _slotBytes);
    }

    public void Return(ChunkSlot slot)
    {
        Rented--;
        BinaryPrimitives.WriteInt32LittleEndian(slot.Span, _free);
        _free = slot.Offset;
    }
}
