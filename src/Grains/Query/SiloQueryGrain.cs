using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Grains.Placement;
using Orleans.Concurrency;

namespace Metrics.Grains.Query;

/// <summary>How other silos ask this one.</summary>
[SiloPlacement]
[Reentrant]
internal sealed class SiloQueryGrain(SiloQueries queries) : Grain, ISiloQueryGrain
{
    // Evaluation leaves the grain's scheduler: it takes as long as it takes, and others ask meanwhile.
    public async ValueTask<Immutable<byte[]>> Evaluate(QueryPlan plan, CancellationToken cancellationToken) =>
        new(await Task.Run(() => queries.EvaluateAsync(plan, static set => set.ToBytes(), cancellationToken), cancellationToken));

    public async ValueTask<long> EstimateSamples(QueryPlan plan, CancellationToken cancellationToken) =>
        await Task.Run(() => queries.EstimateSamples(plan), cancellationToken);

    public async ValueTask<List<string>> ListMetrics(SeriesSelector selector, int limit) =>
        await queries.ListMetricsAsync(selector, limit);

    public async ValueTask<List<string>> ListTagKeys(SeriesSelector selector, int limit) =>
        await queries.ListTagKeysAsync(selector, limit);

    public async ValueTask<List<string>> ListTagValues(string tagKey, SeriesSelector selector, int limit) =>
        await queries.ListTagValuesAsync(tagKey, selector, limit);

    public async ValueTask<List<SeriesKey>> FindSeries(SeriesSelector selector, int limit) =>
        await queries.FindSeriesAsync(selector, limit);
}
