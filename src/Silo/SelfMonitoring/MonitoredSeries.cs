using Metrics.Core.Ingestion;
using Metrics.Core.Model;

namespace Metrics.Silo.SelfMonitoring;

/// <summary>A series that this server writes: its identity and the key it is found by, made once.</summary>
internal sealed class MonitoredSeries(SeriesKey key)
{
    public SeriesKey Key { get; } = key;

    public WireKey WireKey { get; } = WireKey.Of(WireKey.Scope.Canonical, key.ToCanonical());
}
