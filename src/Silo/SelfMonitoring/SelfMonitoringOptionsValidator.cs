using Microsoft.Extensions.Options;

namespace Metrics.Silo.SelfMonitoring;

/// <summary>Refuses settings out of range, and says which and what to write instead.</summary>
internal sealed class SelfMonitoringOptionsValidator : IValidateOptions<SelfMonitoringOptions>
{
    private static readonly TimeSpan Min = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Max = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, SelfMonitoringOptions options)
    {
        if (options.Interval < Min || options.Interval > Max || options.Interval.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            return ValidateOptionsResult.Fail(
                $"{SelfMonitoringOptions.Section}:Interval is {options.Interval}; set it to whole seconds from {Min} to {Max}.");
        }

        return options.FilesystemInterval < Min || options.FilesystemInterval > Max
            ? ValidateOptionsResult.Fail(
                $"{SelfMonitoringOptions.Section}:FilesystemInterval is {options.FilesystemInterval}; set it from {Min} to {Max}.")
            : ValidateOptionsResult.Success;
    }
}
