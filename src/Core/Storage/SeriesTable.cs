using Metrics.Core.Model;
using Metrics.Core.Series;

namespace Metrics.Core.Storage;

/// <summary>
/// Series by id: open addressing over references alone, since a series carries its id. Reads take no lock; the shard
/// serializes writes.
/// </summary>
internal sealed class SeriesTable
{
    private LiveSeries?[] _slots = new LiveSeries?[64];

    public int Count { get; private set; }

    public LiveSeries? Find(SeriesId id)
    {
        var slots = Volatile.Read(ref _slots);
        for (var i = Slot(id, slots.Length); ; i = (i + 1) & (slots.Length - 1))
        {
            var series = Volatile.Read(ref slots[i]);
            if (series is null || series.Id == id)
            {
                return series;
            }
        }
    }

    public void Add(LiveSeries series)
    {
        if ((Count + 1) * 4 > _slots.Length * 3)
        {
            var larger = new LiveSeries?[_slots.Length * 2];
            foreach (var present in _slots)
            {
                if (present is not null)
                {
                    Put(larger, present);
                }
            }

            Volatile.Write(ref _slots, larger);
        }

        Put(_slots, series);
        Count++;
    }

    private static void Put(LiveSeries?[] slots, LiveSeries series)
    {
        var i = Slot(series.Id, slots.Length);
        while (slots[i] is not null)
        {
            i = (i + 1) & (slots.Length - 1);
        }

        Volatile.Write(ref slots[i], series);
    }

    // The low bits are the shard's number and the same for all of its series.
    private static int Slot(SeriesId id, int length) => (int)(uint)(id.Value >> 64) & (length - 1);
}
