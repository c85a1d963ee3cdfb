using Metrics.Core.Blocks;
using Metrics.Core.Model;
using Metrics.Core.Query.Planning;

namespace Metrics.Core.Maintenance.Retention;

/// <content>What reads are clamped to.</content>
public sealed partial class RetentionPolicies : IReadFilter
{
    private ReadClamp? _clamp;

    public IReadOnlyList<RetentionSpans> Spans => Clamp.Spans;

    /// <summary>The clamp of the rules in force: worked out again when they have changed.</summary>
    private ReadClamp Clamp
    {
        get
        {
            var rules = _rules;
            var clamp = Volatile.Read(ref _clamp);
            if (clamp is null || clamp.Rules != rules)
            {
                Volatile.Write(ref _clamp, clamp = new ReadClamp(rules, SpansOf));
            }

            return clamp;
        }
    }

    public RetentionSpans? SpansOf(string metric) => Clamp.SpansOf(metric);

    public RetentionSpans SpansOf(SeriesKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return SpansOf(Array.Find(_rules, rule => rule.Fits(key.Metric, key.Tags)));
    }

    private RetentionSpans SpansOf(RetentionRule? rule) =>
        new(KeptMs(rule, Resolution.Raw), KeptMs(rule, Resolution.Minute), KeptMs(rule, Resolution.Hour), KeptMs(rule, Resolution.Day));

    private long KeptMs(RetentionRule? rule, Resolution resolution) => (long)(rule?.Policy.For(resolution) ?? DefaultOf(resolution)).TotalMilliseconds;

    private sealed class ReadClamp
    {
        private readonly (RetentionSpans Spans, RetentionRule Metric, bool HasTags)[] _entries;
        private readonly RetentionSpans _default;

        public ReadClamp(RetentionRule[] rules, Func<RetentionRule?, RetentionSpans> spansOf)
        {
            Rules = rules;
            _default = spansOf(null);
            _entries = Array.ConvertAll(rules, rule => (spansOf(rule), ForMetric(rule), rule.Policy.Tags.Count != 0));
            Spans = [.. _entries.Select(static e => e.Spans).Append(_default).Distinct()];
        }

        public RetentionRule[] Rules { get; }

        public IReadOnlyList<RetentionSpans> Spans { get; }

        /// <summary>Null when a rule that asks for tags comes before the first that does not.</summary>
        public RetentionSpans? SpansOf(string metric)
        {
            foreach (var (spans, rule, hasTags) in _entries)
            {
                if (rule.Fits(metric, []))
                {
                    return hasTags ? null : spans;
                }
            }

            return _default;
        }

        private static RetentionRule ForMetric(RetentionRule rule) =>
            RetentionRule.TryCompile(rule.Policy with { Tags = [] }, out var metric, out _) ? metric : rule;
    }
}
