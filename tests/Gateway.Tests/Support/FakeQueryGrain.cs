using Metrics.Core.Model;
using Metrics.Core.Query;
using Metrics.Grains.Interfaces.Query;

namespace Metrics.Gateway.Tests.Support;

/// <summary>A query grain that answers what a test wants and remembers what it was asked.</summary>
internal sealed class FakeQueryGrain : IQueryGrain
{
    public Func<QueryPlan, Task<QueryResult>> OnExecute { get; set; } = static _ => Task.FromResult(new QueryResult([], []));

    public List<QueryPlan> Plans { get; } = [];

    public List<string> Names { get; } = [];

    public List<SeriesKey> SeriesKeys { get; } = [];

    public SeriesSelector? Selector { get; private set; }

    public string? TagKey { get; private set; }

    public int Limit { get; private set; }

    public async ValueTask<QueryResult> Execute(QueryPlan plan, CancellationToken cancellationToken = default)
    {
        lock (Plans)
        {
            Plans.Add(plan);
        }

        return await OnExecute(plan);
    }

    public ValueTask<IReadOnlyList<string>> ListMetrics(SeriesSelector selector, int limit) => List(Names, selector, limit);

    public ValueTask<IReadOnlyList<string>> ListTagKeys(SeriesSelector selector, int limit) => List(Names, selector, limit);

    public ValueTask<IReadOnlyList<string>> ListTagValues(string tagKey, SeriesSelector selector, int limit)
    {
        TagKey = tagKey;
        return List(Names, selector, limit);
    }

    public ValueTask<IReadOnlyList<SeriesKey>> FindSeries(SeriesSelector selector, int limit) => List(SeriesKeys, selector, limit);

    private ValueTask<IReadOnlyList<T>> List<T>(List<T> items, SeriesSelector selector, int limit)
    {
        (Selector, Limit) = (selector, limit);
        return new([.. items.Take(limit)]);
    }
}
