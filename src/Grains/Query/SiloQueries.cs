using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Core.Query.Evaluation;
using Metrics.Core.Query.Reading;
using Metrics.Core.Storage;

namespace Metrics.Grains.Query;

/// <summary>Answers for the series of this silo.</summary>
internal sealed class SiloQueries(StorageEngine engine, QueryEvaluator evaluator, SeriesListing listing, QueryPlaces places)
{
    /// <summary>Evaluates a plan when there is a place for it.</summary>
    /// <param name="plan">What is asked.</param>
    /// <param name="then">What becomes of the answer while the place is still taken.</param>
    /// <param name="cancellation">Stops waiting and evaluating.</param>
    /// <exception cref="QueryLimitException">A limit was hit.</exception>
    public Task<T> EvaluateAsync<T>(QueryPlan plan, Func<GroupSet, T> then, CancellationToken cancellation) =>
        places.RunAsync(async () => then(await evaluator.EvaluateAsync(plan, ReadyShards(), cancellation)), cancellation);

    public long EstimateSamples(QueryPlan plan) => evaluator.EstimateSamples(plan, ReadyShards());

    public Task<List<string>> ListMetricsAsync(SeriesSelector selector, int limit) =>
        places.ListAsync(() => listing.ListMetricsAsync(selector, limit, ReadyShards()));

    public Task<List<string>> ListTagKeysAsync(SeriesSelector selector, int limit) =>
        places.ListAsync(() => listing.ListTagKeysAsync(selector, limit, ReadyShards()));

    public Task<List<string>> ListTagValuesAsync(string tagKey, SeriesSelector selector, int limit) =>
        places.ListAsync(() => listing.ListTagValuesAsync(tagKey, selector, limit, ReadyShards()));

    public Task<List<SeriesKey>> FindSeriesAsync(SeriesSelector selector, int limit) => places.ListAsync(async () =>
    {
        var smallest = new SmallestKeys(limit);
        await listing.FindSeriesAsync(selector, ReadyShards(), smallest.Add);
        return smallest.InOrder();
    });

    /// <exception cref="SiloUnavailableException">The logs are not read yet: the answer would have a part of the points and not say so.</exception>
    private IReadOnlyList<Shard> ReadyShards() => engine.State == EngineState.Ready
        ? engine.Shards
        : throw new SiloUnavailableException("The silo's storage is not open yet: its write-ahead log is being replayed.");
}
