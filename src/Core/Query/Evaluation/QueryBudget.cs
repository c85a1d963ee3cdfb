using System.Globalization;

namespace Metrics.Core.Query.Evaluation;

/// <summary>What is left for one query on one silo. Shared by its workers; thread-safe.</summary>
internal sealed class QueryBudget(QueryOptions options, TimeProvider time, CancellationToken cancellation)
{
    private readonly long _startedAt = time.GetTimestamp();
    private long _samples;

    /// <exception cref="QueryLimitException">There are more than one query may read.</exception>
    public void TakeSeries(int count)
    {
        if (count > options.MaxSeries)
        {
            throw new QueryLimitException(
                $"{QueryOptions.Section}:MaxSeries",
                string.Create(CultureInfo.InvariantCulture, $"the query matches {count} series; at most {options.MaxSeries} may be read at once"));
        }
    }

    /// <exception cref="QueryLimitException">The answer would have more points than it may.</exception>
    public void TakePoints(long groups, long buckets)
    {
        if (buckets > Array.MaxLength || groups * buckets > options.MaxPoints)
        {
            throw new QueryLimitException(
                $"{QueryOptions.Section}:MaxPoints",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{groups} groups of {buckets} buckets are more than the {options.MaxPoints} points that an answer may have; ask for a longer interval, a shorter range or fewer groups"));
        }
    }

    /// <summary>How many copies of an answer may be held at once within what <see cref="QueryOptions.MaxPoints"/> allows; at least one.</summary>
    public int CopiesOf(long groups, long buckets) => (int)Math.Clamp(options.MaxPoints / Math.Max(1, groups * buckets), 1, int.MaxValue);

    /// <summary>Counts samples, and looks at the clock.</summary>
    /// <exception cref="QueryLimitException">Too many, or too late.</exception>
    public void TakeSamples(int count)
    {
        if (Interlocked.Add(ref _samples, count) > options.MaxSamples)
        {
            throw new QueryLimitException(
                $"{QueryOptions.Section}:MaxSamples",
                string.Create(CultureInfo.InvariantCulture, $"the query reads more than {options.MaxSamples} samples; narrow its range or its tags"));
        }

        if (time.GetElapsedTime(_startedAt) > options.Timeout)
        {
            throw new QueryLimitException(
                $"{QueryOptions.Section}:Timeout",
                string.Create(CultureInfo.InvariantCulture, $"the query took longer than {options.Timeout.TotalSeconds:0.###} s; narrow its range or its tags"));
        }

        cancellation.ThrowIfCancellationRequested();
    }
}
