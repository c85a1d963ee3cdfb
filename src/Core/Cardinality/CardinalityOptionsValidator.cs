using Microsoft.Extensions.Options;

namespace Metrics.Core.Cardinality;

/// <summary>Refuses limits that would take nothing, or more than ordinals can number.</summary>
public sealed class CardinalityOptionsValidator : IValidateOptions<CardinalityOptions>
{
    private const int Highest = 100_000_000;

    public ValidateOptionsResult Validate(string? name, CardinalityOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var failures = new List<string>();
        Check(nameof(CardinalityOptions.MaxSeries), options.MaxSeries, failures);
        Check(nameof(CardinalityOptions.MaxSeriesPerMetric), options.MaxSeriesPerMetric, failures);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void Check(string property, int value, List<string> failures)
    {
        if (value is < 1 or > Highest)
        {
            failures.Add($"{CardinalityOptions.Section}:{property} is {value}; set it to a number from 1 to {Highest}.");
        }
    }
}
