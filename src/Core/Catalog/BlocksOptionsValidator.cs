using Microsoft.Extensions.Options;

namespace Metrics.Core.Catalog;

/// <summary>Names the setting, its value and what it may be.</summary>
public sealed class BlocksOptionsValidator : IValidateOptions<BlocksOptions>
{
    public ValidateOptionsResult Validate(string? name, BlocksOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var failures = new List<string>();
        CheckTime(nameof(options.SealDelay), options.SealDelay, TimeSpan.FromHours(2));
        CheckTime(nameof(options.HotRetention), options.HotRetention, TimeSpan.FromDays(30));
        CheckTime(nameof(options.WarmRetention), options.WarmRetention, TimeSpan.FromDays(36_500));
        if (options.MaxSpoolBytes is < BlocksOptions.LeastSpoolBytes or > BlocksOptions.MostBytes)
        {
            failures.Add(
                $"{BlocksOptions.Section}:MaxSpoolBytes is {options.MaxSpoolBytes}; set it to a number of bytes from {BlocksOptions.LeastSpoolBytes} to {BlocksOptions.MostBytes}.");
        }

        if (options.PublishConcurrency is < 1 or > 256)
        {
            failures.Add($"{BlocksOptions.Section}:PublishConcurrency is {options.PublishConcurrency}; set it to a number from 1 to 256.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void CheckTime(string setting, TimeSpan value, TimeSpan most)
        {
            if (value < TimeSpan.Zero || value > most)
            {
                failures.Add($"{BlocksOptions.Section}:{setting} is {value}; set it between 00:00:00 and {most} (days.hours:minutes:seconds).");
            }
        }
    }
}
