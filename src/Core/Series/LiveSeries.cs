using Metrics.Core.Ingestion;
using Metrics.Core.Model;

namespace Metrics.Core.Series;

/// <summary>A series that this process holds: its identity in numbers, and its buffer.</summary>
/// <param name="id">The identity.</param>
/// <param name="shard">The shard that holds it.</param>
/// <param name="ordinal">Its number in the shard's index, where its name and tags are.</param>
public sealed class LiveSeries(SeriesId id, int shard, int ordinal) : SeriesBuffer, ISeriesTarget
{
    private uint _reference;
    private volatile bool _isDefined;

    public SeriesId Id { get; } = id;

    public int Shard { get; } = shard;

    public int Ordinal { get; } = ordinal;

    /// <summary>
    /// Its number in the write-ahead log; 0 until it is defined there. A series may come in while the log is still being
    /// read, when it is not known yet which numbers are taken.
    /// </summary>
    public uint Reference => Volatile.Read(ref _reference);

    /// <summary>Whether the write-ahead log knows what <see cref="Reference"/> stands for.</summary>
    public bool IsDefined => _isDefined;

    /// <summary>Says that the log knows its number; one that is retired has to be defined anew, since its definition may go.</summary>
    internal void MarkDefined()
    {
        lock (this)
        {
            _isDefined = !IsRetired;
        }
    }

    /// <summary>Ends it if it holds nothing and was not written to since a time; appends are refused from then on.</summary>
    /// <param name="key">Its identity, for its successor.</param>
    /// <param name="idleSinceMs">Later ones keep it alive.</param>
    internal bool TryRetire(SeriesKey key, long idleSinceMs)
    {
        lock (this)
        {
            if (!TryEnd(key, idleSinceMs))
            {
                return false;
            }

            _isDefined = false;
            return true;
        }
    }

    /// <summary>Gives it a number unless it has one.</summary>
    internal void NumberAs(uint reference) => Interlocked.CompareExchange(ref _reference, reference, 0);
}
