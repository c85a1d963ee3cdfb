using System.Collections.Concurrent;
using Metrics.Core.Model;

namespace Metrics.Grains.Series;

/// <summary>Which series have an activation on this silo.</summary>
internal sealed class ActiveSeries
{
    private readonly ConcurrentDictionary<SeriesId, IGrainContext> _activations = new();

    public int Count => _activations.Count;

    /// <summary>Their ids; those that come and go meanwhile may be missing.</summary>
    public IEnumerable<SeriesId> Ids => _activations.Select(static a => a.Key);

    public bool Contains(SeriesId id) => _activations.ContainsKey(id);

    public void Started(SeriesId id, IGrainContext activation) => _activations[id] = activation;

    public void Ended(SeriesId id, IGrainContext activation) => _activations.TryRemove(new(id, activation));

    /// <summary>
    /// Ends an activation; the series' buffer stays. Not by a call to the grain: a call would go to the shard's present owner, and
    /// might activate what has just ended.
    /// </summary>
    public void Release(SeriesId id, string reason)
    {
        if (_activations.TryGetValue(id, out var activation))
        {
            activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationIdle, reason));
        }
    }
}
