using Metrics.Core.Cardinality;
using Metrics.Core.Index;
using Metrics.Core.Model;
using Metrics.Core.Series;

namespace Metrics.Core.Storage;

/// <summary>The series of one shard that this process holds, by id, by ordinal and through the tag index.</summary>
public sealed class Shard
{
    private readonly Lock _sync = new();
    private readonly SeriesTable _byId = new();
    private LiveSeries?[] _byOrdinal = new LiveSeries?[16];

    internal Shard(int number, SymbolTable symbols)
    {
        Number = number;
        Index = new TagIndex(symbols);
    }

    public int Number { get; }

    /// <summary>Names and tags of the series, and which of them satisfy a selector.</summary>
    public TagIndex Index { get; }

    /// <summary>Series.</summary>
    public int Count => _byId.Count;

    /// <summary>The series with an id, or null.</summary>
    public LiveSeries? Find(SeriesId id) => _byId.Find(id);

    /// <summary>The series with an ordinal of <see cref="Index"/>, or null when it is only just being added.</summary>
    public LiveSeries? At(int ordinal)
    {
        var series = Volatile.Read(ref _byOrdinal);
        return (uint)ordinal < (uint)series.Length ? Volatile.Read(ref series[ordinal]) : null;
    }

    /// <summary>Every series, in no order; those added meanwhile may be missing.</summary>
    public IEnumerable<LiveSeries> All()
    {
        var series = Volatile.Read(ref _byOrdinal);
        for (var i = 0; i < series.Length; i++)
        {
            if (Volatile.Read(ref series[i]) is { } present)
            {
                yield return present;
            }
        }
    }

    /// <summary>The series of a key, new if need be and if the limits allow it.</summary>
    /// <param name="key">The identity.</param>
    /// <param name="limiter">Asked for a new series only.</param>
    /// <param name="series">The series, when it is there or was admitted.</param>
    /// <param name="nowMs">Until a new one is written to, it is idle since then.</param>
    internal Admission GetOrAdd(SeriesKey key, CardinalityLimiter limiter, out LiveSeries? series, long nowMs = long.MinValue)
    {
        lock (_sync)
        {
            series = _byId.Find(key.Id);
            if (series is not null)
            {
                return Admission.Admitted;
            }

            var admission = limiter.TryAdmit(key);
            if (admission == Admission.Admitted)
            {
                series = Add(key);
                series.NotePassedOver(nowMs);
            }

            return admission;
        }
    }

    /// <summary>The series of a key that the data set had before, whatever the limits say now.</summary>
    internal LiveSeries Restore(SeriesKey key, CardinalityLimiter limiter)
    {
        lock (_sync)
        {
            if (_byId.Find(key.Id) is { } present)
            {
                return present;
            }

            limiter.AdmitExisting(key.Metric);
            return Add(key);
        }
    }

    /// <summary>Takes the series out that hold nothing and were not written to since a time.</summary>
    /// <param name="idleSinceMs">Unix milliseconds.</param>
    /// <param name="limiter">Counts them out.</param>
    /// <param name="onRetired">Told of each while it still can be found, with its key.</param>
    /// <returns>How many.</returns>
    internal int RetireIdle(long idleSinceMs, CardinalityLimiter limiter, Action<LiveSeries, SeriesKey> onRetired)
    {
        var retired = 0;
        Index.ReuseRetired();
        foreach (var series in All())
        {
            retired += Retire(series, idleSinceMs, limiter, onRetired) ? 1 : 0;
        }

        return retired;
    }

    /// <summary>Takes one series out if it holds nothing and was not written to since a time.</summary>
    /// <returns>Whether it did.</returns>
    internal bool Retire(LiveSeries series, long idleSinceMs, CardinalityLimiter limiter, Action<LiveSeries, SeriesKey> onRetired)
    {
        if (!series.SeemsIdle(idleSinceMs))
        {
            return false;
        }

        lock (_sync)
        {
            // Whoever looks one up takes it before or after, and appends to it before or is turned away.
            if (At(series.Ordinal) != series || Index.KeyOf(series.Ordinal) is var key && !series.TryRetire(key, idleSinceMs))
            {
                return false;
            }

            onRetired(series, key);
            Volatile.Write(ref _byOrdinal[series.Ordinal], null);
            _byId.Remove(series);
            Index.Retire(series.Ordinal);
            limiter.Release(key.Metric);
            return true;
        }
    }

    private LiveSeries Add(SeriesKey key)
    {
        var ordinal = Index.Add(key);
        var series = new LiveSeries(key.Id, Number, ordinal);
        if (ordinal >= _byOrdinal.Length)
        {
            var larger = new LiveSeries?[Math.Max(ordinal + 1, _byOrdinal.Length + (_byOrdinal.Length >> 1))];
            Array.Copy(_byOrdinal, larger, _byOrdinal.Length);
            Volatile.Write(ref _byOrdinal, larger);
        }

        Volatile.Write(ref _byOrdinal[ordinal], series);
        _byId.Add(series);
        return series;
    }
}
