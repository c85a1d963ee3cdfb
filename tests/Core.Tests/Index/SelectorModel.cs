using System.Text.RegularExpressions;
using Metrics.Core.Model;
using Metrics.Core.Query;

namespace Metrics.Core.Tests.Index;

/// <summary>What a selector means, series by series and with nothing clever.</summary>
internal static class SelectorModel
{
    public static bool Matches(SeriesSelector selector, SeriesKey key) =>
        (selector.Metric is null || selector.Metric == key.Metric) && selector.Matchers.All(m => Matches(m, key.ValueOf(m.Key) ?? ""));

    private static bool Matches(TagMatcher matcher, string value) => matcher.Kind switch
    {
        MatchKind.Equal => value == matcher.Values[0],
        MatchKind.NotEqual => value != matcher.Values[0],
        MatchKind.Regex => IsMatch(matcher.Values[0], value),
        MatchKind.NotRegex => !IsMatch(matcher.Values[0], value),
        MatchKind.In => matcher.Values.Contains(value),
        MatchKind.Has => value.Length > 0,
        _ => throw new ArgumentOutOfRangeException(nameof(matcher)),
    };

    private static bool IsMatch(string pattern, string value)
    {
        var match = Regex.Match(value, $@"\A(?:{pattern})\z", RegexOptions.Singleline | RegexOptions.CultureInvariant);
        return match.Success;
    }
}
