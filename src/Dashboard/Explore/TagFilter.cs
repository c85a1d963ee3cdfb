using Metrics.Core.Query;

namespace Metrics.Dashboard.Explore;

/// <summary>One condition as a viewer writes it: key, operator, value.</summary>
/// <param name="Key">The tag's key.</param>
/// <param name="Operator">One of <see cref="Operators"/>.</param>
/// <param name="Value">The value or the regular expression.</param>
public sealed record TagFilter(string Key, string Operator, string Value)
{
    public static readonly IReadOnlyList<string> Operators = ["=", "!=", "=~", "!~"];

    public static TagFilter Of(TagMatcher matcher) => new(
        matcher.Key,
        matcher.Kind switch
        {
            MatchKind.Equal => "=",
            MatchKind.NotEqual => "!=",
            MatchKind.Regex => "=~",
            MatchKind.NotRegex => "!~",
            _ => throw new ArgumentOutOfRangeException(nameof(matcher), matcher.Kind, "has no operator"),
        },
        matcher.Values[0]);

    public TagMatcher ToMatcher() => Operator switch
    {
        "=" => TagMatcher.Equal(Key, Value),
        "!=" => TagMatcher.NotEqual(Key, Value),
        "=~" => TagMatcher.Regex(Key, Value),
        "!~" => TagMatcher.NotRegex(Key, Value),
        _ => throw new InvalidOperationException($"There is no operator {Operator}."),
    };

    /// <summary>The form in an address: key and value are escaped, so that the first operator is the operator.</summary>
    public string Encode() => Escape(Key) + Operator + Escape(Value);

    /// <summary>Reads <see cref="Encode"/>'s form; null for anything else.</summary>
    public static TagFilter? Decode(string? text)
    {
        var at = text?.AsSpan().IndexOfAny('=', '!') ?? -1;
        if (at <= 0 || text!.Length - at < 1)
        {
            return null;
        }

        var two = text.Substring(at, Math.Min(2, text.Length - at));
        var symbol = two is "!=" or "=~" or "!~" ? two : "=";
        return text[at] == '!' && symbol == "="
            ? null
            : new TagFilter(Uri.UnescapeDataString(text[..at]), symbol, Uri.UnescapeDataString(text[(at + symbol.Length)..]));
    }

    // Only what could be taken for an operator or an escape: the rest stays readable.
    private static string Escape(string text) => text.Replace("%", "%25").Replace("=", "%3D").Replace("!", "%21").Replace("~", "%7E");
}
