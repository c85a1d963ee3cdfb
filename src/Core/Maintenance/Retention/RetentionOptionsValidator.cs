using Metrics.Core.Blocks;
using Microsoft.Extensions.Options;

namespace Metrics.Core.Maintenance.Retention;

/// <summary>Refuses retentions that cannot be kept and policies that cannot be run.</summary>
public sealed class RetentionOptionsValidator : IValidateOptions<RetentionOptions>
{
    internal const int MaxPolicies = 1_000;

    public ValidateOptionsResult Validate(string? name, RetentionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new List<string>();
        Check(Resolution.Raw, options.Raw, problems);
        Check(Resolution.Minute, options.Minute, problems);
        Check(Resolution.Hour, options.Hour, problems);
        Check(Resolution.Day, options.Day, problems);
        if (options.Policies.Count > MaxPolicies)
        {
            problems.Add($"{RetentionOptions.Section}:Policies has {options.Policies.Count} entries; set at most {MaxPolicies}.");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(options.Policies.Count, MaxPolicies); i++)
        {
            var path = $"{RetentionOptions.Section}:Policies:{i}";
            if (!RetentionRule.TryCompile(options.Policies[i].ToPolicy(), out _, out var problem))
            {
                problems.Add($"{path}:{problem.Field} {problem.Reason}; set it to something that is allowed.");
            }
            else if (!names.Add(options.Policies[i].Name))
            {
                problems.Add($"{path}:Name is {options.Policies[i].Name}, like that of a policy before it; set it to another.");
            }
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static void Check(Resolution resolution, TimeSpan value, List<string> problems)
    {
        if (value < RetentionRule.Least || value > RetentionRule.Most)
        {
            problems.Add($"{RetentionOptions.Section}:{resolution} is {value}; set it between {RetentionRule.Least} and {RetentionRule.Most}.");
        }
    }
}
