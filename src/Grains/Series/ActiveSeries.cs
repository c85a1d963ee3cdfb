using System.Collections.Concurrent;
using Metrics.Core.Model;

namespace Metrics.Grains.Series;

/// <summary>Which series have an activation on this silo.</summary>
internal sealed class ActiveSeries
{
    private readonly ConcurrentDictionary<SeriesId, bool> _ids = new();

    public int Count => _ids.Count;

    public bool Contains(SeriesId id) => _ids.ContainsKey(id);

    public void Started(SeriesId id) => _ids[id] = true;

    public void Ended(SeriesId id) => _ids.TryRemove(id, out _);
}
