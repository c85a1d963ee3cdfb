using Microsoft.Extensions.Options;

namespace Metrics.Core.Maintenance;

/// <summary>How data that is not sealed is bounded, and how much of the machine background work takes: <c>Metrics:Maintenance</c>.</summary>
public sealed class MaintenanceOptions
{
    public const string Section = "Metrics:Maintenance";

    /// <summary>How often it is looked whether there is work. Default: 5 s. Range: 100 ms to 10 min.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Compressed bytes of samples in closed windows that may wait in memory; from half of it on they are sealed at once. A backfill is held to
    /// this. Default: 1 GiB. Range: 1 MiB to 1 TiB.
    /// </summary>
    public long MaxUnsealedBytes { get; set; } = 1024L * 1024 * 1024;

    /// <summary>
    /// Samples of one closed window of one shard that are worth a block of their own as soon as nothing is written to the window any more.
    /// Default: 16384. Range: 1 to 1,000,000,000.
    /// </summary>
    public long SealSamples { get; set; } = 16 * 1024;

    /// <summary>How long late samples that are fewer wait in memory at most. Default: 30 min. Range: 1 s to 1 day.</summary>
    public TimeSpan LateDelay { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a series that holds nothing is kept ready for its next sample. Default: 1 h. Range: 1 min to 30 days.</summary>
    public TimeSpan IdleAfter { get; set; } = TimeSpan.FromHours(1);
}

/// <summary>Refuses settings outside their range.</summary>
public sealed class MaintenanceOptionsValidator : IValidateOptions<MaintenanceOptions>
{
    public ValidateOptionsResult Validate(string? name, MaintenanceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new List<string>();
        Check(nameof(options.Interval), options.Interval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        Check(nameof(options.LateDelay), options.LateDelay, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Check(nameof(options.IdleAfter), options.IdleAfter, TimeSpan.FromMinutes(1), TimeSpan.FromDays(30));
        if (options.MaxUnsealedBytes is < 1024 * 1024 or > 1024L * 1024 * 1024 * 1024)
        {
            problems.Add($"{MaintenanceOptions.Section}:MaxUnsealedBytes is {options.MaxUnsealedBytes}; set it between 1048576 and 1099511627776.");
        }

        if (options.SealSamples is < 1 or > 1_000_000_000)
        {
            problems.Add($"{MaintenanceOptions.Section}:SealSamples is {options.SealSamples}; set it between 1 and 1000000000.");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Check(string setting, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most)
            {
                problems.Add($"{MaintenanceOptions.Section}:{setting} is {value}; set it between {least} and {most}.");
            }
        }
    }
}
