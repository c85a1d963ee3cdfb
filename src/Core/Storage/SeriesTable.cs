using Metrics.Core.Model;
using Metrics.Core.Series;

namespace Metrics.Core.Storage;

/// <summary>
/// Series by id: open addressing over references alone, since a series carries its id. Reads take no lock; the shard
/// serializes writes.
/// </summary>
internal sealed class SeriesTable
{
    private const int InitialSlots = 64;

    /// <summary>Stands where a series was taken out, so that searches go on past it.</summary>
    private static readonly LiveSeries Removed = new(default, -1, -1);

    private LiveSeries?[] _slots = new LiveSeries?[InitialSlots];
    private int _removed;

    public int Count { get; private set; }

    public LiveSeries? Find(SeriesId id)
    {
        var slots = Volatile.Read(ref _slots);
        for (var i = Slot(id, slots.Length); ; i = (i + 1) & (slots.Length - 1))
        {
            var series = Volatile.Read(ref slots[i]);
            if (series is null || (series.Id == id && series != Removed))
            {
                return series;
            }
        }
    }

    public void Add(LiveSeries series)
    {
        if ((Count + _removed + 1) * 4 > _slots.Length * 3)
        {
            // As large as what is left needs: where many were removed, that may be no larger than before.
            var length = InitialSlots;
            while ((Count + 1) * 2 > length)
            {
                length *= 2;
            }

            var next = new LiveSeries?[length];
            foreach (var present in _slots)
            {
                if (present is not null && present != Removed)
                {
                    Put(next, present);
                }
            }

            _removed = 0;
            Volatile.Write(ref _slots, next);
        }

        Put(_slots, series);
        Count++;
    }

    /// <summary>Takes a series out that is here.</summary>
    public void Remove(LiveSeries series)
    {
        var i = Slot(series.Id, _slots.Length);
        while (_slots[i] != series)
        {
            i = (i + 1) & (_slots.Length - 1);
        }

        Volatile.Write(ref _slots[i], Removed);
        Count--;
        _removed++;
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
