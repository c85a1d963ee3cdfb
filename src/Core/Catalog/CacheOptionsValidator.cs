using Microsoft.Extensions.Options;

namespace Metrics.Core.Catalog;

/// <summary>Names the setting, its value and what it may be.</summary>
public sealed class CacheOptionsValidator : IValidateOptions<CacheOptions>
{
    public ValidateOptionsResult Validate(string? name, CacheOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var failures = new List<string>();
        if (options.Path is null)
        {
            failures.Add($"{CacheOptions.Section}:Path is null; set it to a directory, or leave it empty.");
        }

        Check(nameof(options.MaxBytes), options.MaxBytes, 0);
        Check(nameof(options.MaxIndexBytes), options.MaxIndexBytes, CacheOptions.LeastIndexBytes);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(string setting, long value, long least)
        {
            if (value < least || value > BlocksOptions.MostBytes)
            {
                failures.Add($"{CacheOptions.Section}:{setting} is {value}; set it to a number of bytes from {least} to {BlocksOptions.MostBytes}.");
            }
        }
    }
}
