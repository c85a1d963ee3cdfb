using Metrics.Core.Model;
using Metrics.Core.Query;
using Orleans.Concurrency;

namespace Metrics.Grains.Query;

/// <summary>Answers for the series of the silo that it is keyed by; see <see cref="Placement.SiloPlacement"/>.</summary>
[Alias("metrics.silo.query")]
public interface ISiloQueryGrain : IGrainWithStringKey
{
    /// <returns>A <see cref="Core.Query.Evaluation.GroupSet"/> as bytes.</returns>
    [Alias("evaluate")]
    ValueTask<Immutable<byte[]>> Evaluate(QueryPlan plan, CancellationToken cancellationToken = default);

    [Alias("estimate")]
    ValueTask<long> EstimateSamples(QueryPlan plan, CancellationToken cancellationToken = default);

    [Alias("metrics")]
    ValueTask<List<string>> ListMetrics(SeriesSelector selector, int limit);

    [Alias("tagKeys")]
    ValueTask<List<string>> ListTagKeys(SeriesSelector selector, int limit);

    [Alias("tagValues")]
    ValueTask<List<string>> ListTagValues(string tagKey, SeriesSelector selector, int limit);

    [Alias("series")]
    ValueTask<List<SeriesKey>> FindSeries(SeriesSelector selector, int limit);
}
