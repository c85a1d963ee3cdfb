using Microsoft.Extensions.Options;

namespace Metrics.Core.Query;

/// <summary>What one query may cost: <c>Metrics:Query</c>.</summary>
public sealed class QueryOptions
{
    public const string Section = "Metrics:Query";

    /// <summary>The limit that a query did not hit by what it asks: the same one may go through later.</summary>
    public const string ConcurrencyLimit = $"{Section}:{nameof(MaxConcurrentPerSilo)}";

    /// <summary>How long a query may run. Default: 30 s. Range: 100 ms to 10 min.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Samples that a query may read on one silo. Default: 500 million. Range: 1 or more.</summary>
    public long MaxSamples { get; set; } = 500_000_000;

    /// <summary>Series that a query may read on one silo. Default: 1 million. Range: 1 or more.</summary>
    public int MaxSeries { get; set; } = 1_000_000;

    /// <summary>
    /// Points that a query may answer with: groups times buckets. Default: 5 million. Range: 1 or more. Each point takes up to
    /// 48 bytes while the query runs.
    /// </summary>
    public long MaxPoints { get; set; } = 5_000_000;

    /// <summary>
    /// Queries that one silo evaluates at the same time; others wait for up to half of <see cref="Timeout"/>. Default: 0, which is
    /// twice the processors, at least 4. Range: 0 to 10,000.
    /// </summary>
    public int MaxConcurrentPerSilo { get; set; }
}

/// <summary>Refuses settings that no query could run under.</summary>
public sealed class QueryOptionsValidator : IValidateOptions<QueryOptions>
{
    public ValidateOptionsResult Validate(string? name, QueryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new List<string>();
        if (options.Timeout < TimeSpan.FromMilliseconds(100) || options.Timeout > TimeSpan.FromMinutes(10))
        {
            problems.Add($"{QueryOptions.Section}:Timeout is {options.Timeout}; set it between 00:00:00.1 and 00:10:00.");
        }

        if (options.MaxSamples < 1)
        {
            problems.Add($"{QueryOptions.Section}:MaxSamples is {options.MaxSamples}; set it to 1 or more.");
        }

        if (options.MaxSeries < 1)
        {
            problems.Add($"{QueryOptions.Section}:MaxSeries is {options.MaxSeries}; set it to 1 or more.");
        }

        if (options.MaxPoints < 1)
        {
            problems.Add($"{QueryOptions.Section}:MaxPoints is {options.MaxPoints}; set it to 1 or more.");
        }

        if (options.MaxConcurrentPerSilo is < 0 or > 10_000)
        {
            problems.Add($"{QueryOptions.Section}:MaxConcurrentPerSilo is {options.MaxConcurrentPerSilo}; set it between 0 (by the processors) and 10000.");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
