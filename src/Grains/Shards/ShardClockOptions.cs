using Microsoft.Extensions.Options;

namespace Metrics.Grains.Shards;

/// <summary>What happens to series by the clock: <c>Metrics:Series</c>.</summary>
public sealed class ShardClockOptions
{
    public const string Section = "Metrics:Series";

    /// <summary>How often each shard's late samples are merged and its finished chunks closed. Default: 1 min. Range: 1 s to 1 h.</summary>
    public TimeSpan SealInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Grains activated a second behind the write path. Default: 500. Range: 0 (only when called) to 100,000.</summary>
    public int ActivationsPerSecond { get; set; } = 500;

    /// <summary>
    /// Grains kept active for series that are written to; each takes about 2 KB. A series beyond that is activated when it is
    /// called. Default: 20,000. Range: 0 to 10,000,000.
    /// </summary>
    public int MaxActive { get; set; } = 20_000;

    /// <summary>A series without a newer sample for so long loses its activation. Default: 15 min. Range: 1 s to 1 day.</summary>
    public TimeSpan IdleAfter { get; set; } = TimeSpan.FromMinutes(15);
}

/// <summary>Refuses settings outside their range.</summary>
public sealed class ShardClockOptionsValidator : IValidateOptions<ShardClockOptions>
{
    public ValidateOptionsResult Validate(string? name, ShardClockOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new List<string>();
        if (options.SealInterval < TimeSpan.FromSeconds(1) || options.SealInterval > TimeSpan.FromHours(1))
        {
            problems.Add($"{ShardClockOptions.Section}:SealInterval is {options.SealInterval}; set it between 00:00:01 and 01:00:00.");
        }

        if (options.ActivationsPerSecond is < 0 or > 100_000)
        {
            problems.Add($"{ShardClockOptions.Section}:ActivationsPerSecond is {options.ActivationsPerSecond}; set it between 0 and 100000.");
        }

        if (options.MaxActive is < 0 or > 10_000_000)
        {
            problems.Add($"{ShardClockOptions.Section}:MaxActive is {options.MaxActive}; set it between 0 and 10000000.");
        }

        if (options.IdleAfter < TimeSpan.FromSeconds(1) || options.IdleAfter > TimeSpan.FromDays(1))
        {
            problems.Add($"{ShardClockOptions.Section}:IdleAfter is {options.IdleAfter}; set it between 00:00:01 and 1.00:00:00.");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
