using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Grains.Interfaces.Query;

namespace Metrics.Dashboard.Tests.Fakes;

/// <summary>A query grain that answers from what a test puts in.</summary>
public sealed class FakeQueryGrain : IQueryGrain
{
    public List<string> Metrics { get; } = [];

    public Dictionary<string, string[]> Tags { get; } = [];

    /// <summary>Called for each query.</summary>
    public Func<QueryPlan, Task<QueryResult>> Answer { get; set; } = plan => Task.FromResult(Line(plan, 1));

    /// <summary>What was asked, oldest first.</summary>
    public List<QueryPlan> Asked { get; } = [];

    public static QueryResult Line(QueryPlan plan, double value, params Tag[] tags) =>
        new([Group(plan, value, tags)], []);

    /// <summary>One point in each bucket.</summary>
    public static QueryGroup Group(QueryPlan plan, double value, params Tag[] tags)
    {
        var times = new List<long>();
        for (var t = plan.FromMs; t < plan.ToMs; t += plan.IntervalMs!.Value)
        {
            times.Add(t);
        }

        return new QueryGroup(tags, [.. times], [.. times.Select(_ => value)]);
    }

    public async ValueTask<QueryResult> Execute(QueryPlan plan, CancellationToken cancellationToken = default)
    {
        lock (Asked)
        {
            Asked.Add(plan);
        }

        return await Answer(plan);
    }

    public ValueTask<IReadOnlyList<string>> ListMetrics(SeriesSelector selector, int limit) => new([.. Metrics.Take(limit)]);

    public ValueTask<IReadOnlyList<string>> ListTagKeys(SeriesSelector selector, int limit) => new([.. Tags.Keys.Order().Take(limit)]);

    public ValueTask<IReadOnlyList<string>> ListTagValues(string tagKey, SeriesSelector selector, int limit) =>
        new([.. Tags.GetValueOrDefault(tagKey, []).Take(limit)]);

    public ValueTask<IReadOnlyList<SeriesKey>> FindSeries(SeriesSelector selector, int limit) => new([]);
}
