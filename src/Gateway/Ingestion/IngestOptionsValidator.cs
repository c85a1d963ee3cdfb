using Microsoft.Extensions.Options;

namespace Metrics.Gateway.Ingestion;

/// <summary>Stops the start for a limit that cannot be meant, with a message that says what to change.</summary>
internal sealed class IngestOptionsValidator : IValidateOptions<IngestOptions>
{
    public ValidateOptionsResult Validate(string? name, IngestOptions options)
    {
        var ranges = new SettingRanges(IngestOptions.Section);
        ranges.Check(nameof(options.MaxBodyBytes), options.MaxBodyBytes, 1024, 1 << 30);
        ranges.Check(nameof(options.MaxPoints), options.MaxPoints, 1, 10_000_000);
        ranges.Check(nameof(options.MaxSamples), options.MaxSamples, 1, 100_000_000);
        if (options.MaxConcurrentBytes < 4L * options.MaxBodyBytes)
        {
            ranges.Add(
                $"{IngestOptions.Section}:MaxConcurrentBytes is {options.MaxConcurrentBytes}, less than four times "
                + $"{IngestOptions.Section}:MaxBodyBytes, which is {options.MaxBodyBytes}: raise the first or lower the second.");
        }
        else
        {
            ranges.Check(nameof(options.MaxConcurrentBytes), options.MaxConcurrentBytes, 4096, 1L << 40);
        }

        var limits = options.Limits;
        ranges.Check("Limits:MaxMetricNameBytes", limits.MaxMetricNameBytes, 1, 4096);
        ranges.Check("Limits:MaxTags", limits.MaxTags, 0, 1024);
        ranges.Check("Limits:MaxTagKeyBytes", limits.MaxTagKeyBytes, 1, 4096);
        ranges.Check("Limits:MaxTagValueBytes", limits.MaxTagValueBytes, 1, 65_536);
        return ranges.Result;
    }
}
