using System.Text.RegularExpressions;

namespace Metrics.Core.Index;

/// <summary>An expression over whole tag values. Plain text with something open at an end is compared as text; the rest is run without backtracking.</summary>
internal sealed class ValuePattern
{
    private readonly string _literal = "";
    private readonly bool _openStart;
    private readonly bool _openEnd;
    private readonly Regex? _regex;

    private ValuePattern(string literal, bool openStart, bool openEnd) => (_literal, _openStart, _openEnd) = (literal, openStart, openEnd);

    private ValuePattern(Regex regex) => _regex = regex;

    /// <summary>Whether text comparison is enough.</summary>
    public bool IsText => _regex is null;

    /// <exception cref="ArgumentException">The pattern is not an expression.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking, or an automaton larger than is allowed.</exception>
    public static ValuePattern Parse(string pattern)
    {
        var middle = pattern.AsSpan();
        var openStart = middle.StartsWith(".*");
        middle = openStart ? middle[2..] : middle;
        var openEnd = middle.EndsWith(".*") && !middle.EndsWith(@"\.*");
        middle = openEnd ? middle[..^2] : middle;
        if (LiteralAlternatives.TryRead(middle, out var literals) && literals.Length == 1)
        {
            return new ValuePattern(literals[0], openStart, openEnd || (openStart && middle.IsEmpty));
        }

        // "." is any character, a line break too, as where text comparison took its place. The pattern must stand on its own before it
        // is wrapped, or "a)|(b" would break out of the anchors.
        const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.Singleline;
        _ = new Regex(pattern, Options);
        return new ValuePattern(new Regex($@"\A(?:{pattern})\z", Options | RegexOptions.NonBacktracking));
    }

    public bool IsMatch(string value) =>
        _regex is not null ? _regex.IsMatch(value)
        : _openStart && _openEnd ? value.Contains(_literal, StringComparison.Ordinal)
        : _openStart ? value.EndsWith(_literal, StringComparison.Ordinal)
        : _openEnd ? value.StartsWith(_literal, StringComparison.Ordinal)
        : value == _literal;
}
