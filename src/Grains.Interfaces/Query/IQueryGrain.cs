using Metrics.Core.Model;
using Metrics.Core.Query;

namespace Metrics.Grains.Interfaces.Query;

/// <summary>
/// Answers questions over the whole cluster: a stateless worker that asks each silo once and merges what they say. Key: 0.
/// Callers have checked the plan; times are absolute.
/// </summary>
[Alias("metrics.query")]
public interface IQueryGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Evaluates a plan. A client's response timeout should be some seconds above <c>Metrics:Query:Timeout</c>, so that it is told
    /// which limit was hit.
    /// </summary>
    /// <param name="plan">What is asked.</param>
    /// <param name="cancellationToken">
    /// Stops the waiting at once. Orleans 10.4.2 does not carry it to the activation of a stateless worker: what has begun goes on until
    /// it is done or its time limit ends it on every silo.
    /// </param>
    /// <exception cref="QueryLimitException">The query hit its time, point or series limit.</exception>
    [Alias("execute")]
    ValueTask<QueryResult> Execute(QueryPlan plan, CancellationToken cancellationToken = default);

    /// <summary>Metric names in order.</summary>
    /// <param name="selector">Only metrics with a series that satisfies it.</param>
    /// <param name="limit">At most so many.</param>
    [Alias("metrics")]
    ValueTask<IReadOnlyList<string>> ListMetrics(SeriesSelector selector, int limit);

    /// <summary>Tag keys in order.</summary>
    [Alias("tagKeys")]
    ValueTask<IReadOnlyList<string>> ListTagKeys(SeriesSelector selector, int limit);

    /// <summary>The values of a tag in order.</summary>
    [Alias("tagValues")]
    ValueTask<IReadOnlyList<string>> ListTagValues(string tagKey, SeriesSelector selector, int limit);

    /// <summary>The series themselves, ordered by metric and tags.</summary>
    [Alias("series")]
    ValueTask<IReadOnlyList<SeriesKey>> FindSeries(SeriesSelector selector, int limit);
}
