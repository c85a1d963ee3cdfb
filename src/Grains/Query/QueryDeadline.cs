using System.Globalization;
using Metrics.Core.Query;

namespace Metrics.Grains.Query;

/// <summary>Ends a query when it has had its time or when its caller no longer wants the answer, on every silo.</summary>
internal sealed class QueryDeadline : IDisposable
{
    private readonly QueryOptions _options;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;

    public QueryDeadline(QueryOptions options, TimeProvider time, CancellationToken caller)
    {
        _options = options;
        _caller = caller;
        _timer = new CancellationTokenSource(options.Timeout, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, caller);
    }

    public CancellationToken Token => _either.Token;

    /// <summary>Whether it is the time that is over, not the caller's wish.</summary>
    public bool IsOver => _timer.IsCancellationRequested && !_caller.IsCancellationRequested;

    public QueryLimitException ToException() => new(
        $"{QueryOptions.Section}:Timeout",
        string.Create(CultureInfo.InvariantCulture, $"the query took longer than {_options.Timeout.TotalSeconds:0.###} s; narrow its range or its tags"));

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
