using System.Globalization;
using Metrics.Core.Query;

namespace Metrics.Grains.Query;

/// <summary>When a query that asks several times has had its time.</summary>
internal sealed class QueryDeadline(QueryOptions options, TimeProvider time)
{
    private readonly long _startedAt = time.GetTimestamp();

    /// <exception cref="QueryLimitException">It is over.</exception>
    public void Check()
    {
        if (time.GetElapsedTime(_startedAt) > options.Timeout)
        {
            throw new QueryLimitException(
                $"{QueryOptions.Section}:Timeout",
                string.Create(CultureInfo.InvariantCulture, $"the query took longer than {options.Timeout.TotalSeconds:0.###} s; narrow its range or its tags"));
        }
    }
}
