using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Metrics.Core.Blocks;
using Metrics.Core.Index;
using Metrics.Core.Model;

namespace Metrics.Core.Maintenance.Retention;

/// <summary>A policy that was checked and is ready to be asked about series.</summary>
internal sealed class RetentionRule
{
    internal static readonly TimeSpan Least = TimeSpan.FromHours(1);
    internal static readonly TimeSpan Most = TimeSpan.FromDays(36_500);

    private readonly ValuePattern? _metric;
    private readonly CompiledMatcher[] _tags;

    private RetentionRule(RetentionPolicy policy, ValuePattern? metric, CompiledMatcher[] tags) => (Policy, _metric, _tags) = (policy, metric, tags);

    public RetentionPolicy Policy { get; }

    public static bool TryCompile(RetentionPolicy policy, [NotNullWhen(true)] out RetentionRule? rule, out FieldProblem problem)
    {
        rule = null;
        if (string.IsNullOrWhiteSpace(policy.Name))
        {
            problem = new("name", "is empty");
            return false;
        }

        foreach (var resolution in Resolutions.All)
        {
            if (policy.For(resolution) is { } kept && (kept < Least || kept > Most))
            {
                problem = new(NameOf(resolution), $"is {kept}; it must be between {Least} and {Most}");
                return false;
            }
        }

        if (policy.Metric is { Length: > CompiledSelector.MaxPatternLength })
        {
            problem = new("metric", $"is longer than {CompiledSelector.MaxPatternLength} characters");
            return false;
        }

        var tags = new CompiledMatcher[policy.Tags.Count];
        for (var i = 0; i < tags.Length; i++)
        {
            if (!CompiledMatcher.TryCompile(policy.Tags[i], out var matcher, out problem))
            {
                return false;
            }

            tags[i] = matcher;
        }

        problem = default;
        var pattern = policy.Metric is null ? null : ValuePattern.Parse(Regex.Escape(policy.Metric).Replace(@"\*", ".*", StringComparison.Ordinal));
        rule = new RetentionRule(policy, pattern, tags);
        return true;
    }

    public bool Fits(string metric, IReadOnlyList<Tag> tags)
    {
        if (_metric is not null && !_metric.IsMatch(metric))
        {
            return false;
        }

        foreach (var matcher in _tags)
        {
            if (!matcher.Passes(SeriesMatch.ValueOf(tags, matcher.Key)))
            {
                return false;
            }
        }

        return true;
    }

    internal static string NameOf(Resolution resolution) => resolution switch
    {
        Resolution.Raw => "raw",
        Resolution.Minute => "minute",
        Resolution.Hour => "hour",
        _ => "day",
    };
}
