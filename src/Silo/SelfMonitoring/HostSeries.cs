using Metrics.Core.Model;

namespace Metrics.Silo.SelfMonitoring;

/// <summary>Makes series that carry this host's name.</summary>
internal sealed class HostSeries(string host)
{
    /// <summary>A series with the tag <c>host</c> alone.</summary>
    public MonitoredSeries Of(string metric) => new(SeriesKey.Create(metric, new Tag("host", host)));

    /// <summary>A series with one more tag.</summary>
    public MonitoredSeries Of(string metric, string tagKey, string tagValue) =>
        new(SeriesKey.Create(metric, new Tag("host", host), new Tag(tagKey, tagValue)));
}
