using System.Globalization;
using Metrics.Core.Index;
using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Query;

internal sealed class QueryApiOptionsValidator : IValidateOptions<QueryApiOptions>
{
    public ValidateOptionsResult Validate(string? name, QueryApiOptions options)
    {
        var failures = new List<string>();
        Time(nameof(options.Timeout), options.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        Time(nameof(options.DefaultRange), options.DefaultRange, TimeSpan.FromSeconds(1), TimeSpan.FromDays(366));
        Number(nameof(options.MaxBuckets), options.MaxBuckets, 1, 10_000_000);
        Number(nameof(options.MaxGroups), options.MaxGroups, 1, 1_000_000);
        Number(nameof(options.MaxBatch), options.MaxBatch, 1, 10_000);
        Number(nameof(options.BatchConcurrency), options.BatchConcurrency, 1, 256);
        Number(nameof(options.MaxConcurrent), options.MaxConcurrent, 1, 10_000);
        Number(nameof(options.MaxQueued), options.MaxQueued, 0, 100_000);
        Number(nameof(options.MaxBodyBytes), options.MaxBodyBytes, 1 << 10, 1 << 26);
        Number(nameof(options.MaxPatternLength), options.MaxPatternLength, 1, CompiledSelector.MaxPatternLength);
        Number(nameof(options.MaxListLimit), options.MaxListLimit, 1, 10_000_000);
        Number(nameof(options.DefaultListLimit), options.DefaultListLimit, 1, options.MaxListLimit);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Number(string option, int value, int min, int max)
        {
            if (value < min || value > max)
            {
                failures.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{QueryApiOptions.Section}:{option} is {value}; set it to a number from {min} to {max}."));
            }
        }

        void Time(string option, TimeSpan value, TimeSpan min, TimeSpan max)
        {
            if (value < min || value > max)
            {
                failures.Add($"{QueryApiOptions.Section}:{option} is {value}; set it to a time from {min} to {max}, as in 00:00:30.");
            }
        }
    }
}
