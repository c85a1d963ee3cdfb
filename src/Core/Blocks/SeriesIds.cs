namespace Metrics.Core.Blocks;

/// <summary>From a series' id to its row: open addressing over rows, by the high half of the id (the low bits are the shard, and the same for all).</summary>
internal sealed class SeriesIds
{
    private readonly UInt128[] _ids;
    private readonly int[] _slots;

    public SeriesIds(UInt128[] ids)
    {
        _ids = ids;
        _slots = new int[SlotsFor(ids.Length)];
        for (var row = 0; row < ids.Length; row++)
        {
            var slot = Slot(ids[row]);
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & (_slots.Length - 1);
            }

            _slots[slot] = row + 1;
        }
    }

    public static long MemoryBytesFor(int series) => (series * 16L) + (SlotsFor(series) * (long)sizeof(int));

    public UInt128 this[int row] => _ids[row];

    public int Find(UInt128 id)
    {
        for (var slot = Slot(id); _slots[slot] != 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            if (_ids[_slots[slot] - 1] == id)
            {
                return _slots[slot] - 1;
            }
        }

        return -1;
    }

    private static int SlotsFor(int series) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(series + (series >> 1) + 1));

    private int Slot(UInt128 id) => (int)((ulong)(id >> 64) & (ulong)(_slots.Length - 1));
}
