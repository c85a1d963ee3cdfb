namespace Metrics.Core.Query;

/// <summary>One query, checked and with absolute times: what every edge turns its request into.</summary>
/// <param name="Selector">Which series.</param>
/// <param name="Aggregation">What each bucket is reduced to.</param>
/// <param name="FromMs">First millisecond, inclusive (epoch, UTC).</param>
/// <param name="ToMs">Last millisecond, exclusive.</param>
/// <param name="IntervalMs">Bucket length, aligned to the epoch; null for one bucket over the whole range, which then starts at <paramref name="FromMs"/>.</param>
/// <param name="GroupBy">Tag keys: one result a distinct set of their values (an absent tag is the empty value); empty for one result over all series.</param>
/// <param name="Limit">At most so many groups, by tags; null for no limit but the server's.</param>
/// <param name="Explain">Whether the answer says what was read for it.</param>
public sealed record QueryPlan(
    SeriesSelector Selector,
    Aggregation Aggregation,
    long FromMs,
    long ToMs,
    long? IntervalMs,
    IReadOnlyList<string> GroupBy,
    int? Limit = null,
    bool Explain = false);

/// <summary>The answer to a <see cref="QueryPlan"/>.</summary>
/// <param name="Groups">One for each set of group-by values, ordered by them; without group-by one, or none when nothing matched.</param>
/// <param name="Warnings">What is missing from the answer and why (a silo that did not answer, a limit on groups); empty when it is whole.</param>
/// <param name="Partial">Whether data that the query asks for could not be read; a warning says which and why.</param>
/// <param name="Explain">What was read, when the plan asks for it.</param>
public sealed record QueryResult(
    IReadOnlyList<QueryGroup> Groups, IReadOnlyList<string> Warnings, bool Partial = false, QueryExplain? Explain = null);

/// <summary>The buckets of one group.</summary>
/// <param name="Tags">The group-by tags that are present, by key in the order asked for.</param>
/// <param name="TimestampsMs">Bucket starts, ascending; empty buckets are left out.</param>
/// <param name="Values">As many as there are timestamps.</param>
public sealed record QueryGroup(IReadOnlyList<Model.Tag> Tags, long[] TimestampsMs, double[] Values);

/// <summary>A query was stopped; the message says which limit it hit and the figure.</summary>
public sealed class QueryLimitException(string limit, string message) : Exception(message)
{
    /// <summary>The option that set the limit: <c>Metrics:Query:Timeout</c>.</summary>
    public string Limit { get; } = limit;
}
