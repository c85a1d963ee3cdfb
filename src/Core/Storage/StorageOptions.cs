using System.Numerics;
using Microsoft.Extensions.Options;

namespace Metrics.Core.Storage;

/// <summary>Where data is kept and which points are taken: <c>Metrics</c>.</summary>
public sealed class StorageOptions
{
    public const string Section = "Metrics";

    internal const int MaxShards = 65_536;

    /// <summary>Directory of the data set; made when missing. Default: ./data.</summary>
    public string DataPath { get; set; } = "./data";

    /// <summary>
    /// Shards of a data set, fixed when it is created. Default: 16, for one process; a cluster wants some dozens a silo.
    /// Range: a power of two from 1 to 65,536.
    /// </summary>
    public int Shards { get; set; } = 16;

    /// <summary><c>Metrics:Ingest</c>.</summary>
    public PointAgeOptions Ingest { get; set; } = new();
}

/// <summary>How old and how new a point may be.</summary>
public sealed class PointAgeOptions
{
    /// <summary>Older points are refused. Default: 1095 days, the longest retention of any tier. Range: 1 h to 36,500 days.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(1095);

    /// <summary>Points further ahead of the clock are refused. Default: 10 min. Range: 0 to 1 day.</summary>
    public TimeSpan MaxAhead { get; set; } = TimeSpan.FromMinutes(10);
}

/// <summary>Refuses storage settings that cannot work.</summary>
public sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new List<string>();
        if (string.IsNullOrWhiteSpace(options.DataPath))
        {
            problems.Add("Metrics:DataPath is empty; set it to a directory.");
        }

        if (options.Shards is < 1 or > StorageOptions.MaxShards || !BitOperations.IsPow2(options.Shards))
        {
            problems.Add($"Metrics:Shards is {options.Shards}; set it to a power of two from 1 to 65536.");
        }

        if (options.Ingest.MaxAge < TimeSpan.FromHours(1) || options.Ingest.MaxAge > TimeSpan.FromDays(36_500))
        {
            problems.Add($"Metrics:Ingest:MaxAge is {options.Ingest.MaxAge}; set it between 01:00:00 and 36500.00:00:00 (days.hours:minutes:seconds).");
        }

        if (options.Ingest.MaxAhead < TimeSpan.Zero || options.Ingest.MaxAhead > TimeSpan.FromDays(1))
        {
            problems.Add($"Metrics:Ingest:MaxAhead is {options.Ingest.MaxAhead}; set it between 00:00:00 and 1.00:00:00.");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
