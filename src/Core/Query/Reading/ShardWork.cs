using Metrics.Core.Query.Evaluation;

namespace Metrics.Core.Query.Reading;

/// <summary>The shards of a query that have series, handed out to workers one by one. A shard's blocks are in the hands of one worker at a time.</summary>
internal sealed class ShardWork
{
    private readonly List<ShardScan> _shards;
    private readonly QueryScan _scan;
    private readonly QueryPlan _plan;
    private readonly QueryBudget _budget;
    private readonly CancellationToken _cancellation;
    private int _next;

    public ShardWork(QueryScan scan, QueryPlan plan, QueryBudget budget, CancellationToken cancellation)
    {
        (_scan, _plan, _budget, _cancellation) = (scan, plan, budget, cancellation);
        _shards = scan.Shards.FindAll(static s => s.Series.Count != 0);
    }

    /// <summary>Shards; at least one, so that somebody makes the answer.</summary>
    public int Count => Math.Max(1, _shards.Count);

    /// <summary>Reads shards until none is left.</summary>
    public async Task<GroupSet> RunAsync()
    {
        var set = new GroupSet(_plan);
        using var reader = new ShardReader(_plan, _scan.Groups, set, _budget, _cancellation);
        int next;
        while ((next = Interlocked.Increment(ref _next) - 1) < _shards.Count)
        {
            await reader.ReadAsync(_shards[next], 0, _shards[next].Series.Count);
        }

        return set;
    }
}
