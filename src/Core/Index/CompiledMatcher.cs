using System.Diagnostics.CodeAnalysis;
using Metrics.Core.Model;
using Metrics.Core.Query;

namespace Metrics.Core.Index;

/// <summary>One condition on one tag, as either a list of values or a pattern, and what it says of an absent tag.</summary>
internal sealed class CompiledMatcher
{
    private readonly SymbolVerdicts _verdicts = new();
    private readonly ValuePattern? _pattern;

    private CompiledMatcher(string key, string[] values, bool negated)
    {
        Key = key;
        Values = Array.FindAll(values, static v => v.Length > 0);
        Negated = negated;
        AbsentPasses = (Values.Length < values.Length) != negated;
    }

    private CompiledMatcher(string key, ValuePattern pattern, bool negated)
    {
        Key = key;
        _pattern = pattern;
        Negated = negated;
        AbsentPasses = pattern.IsMatch("") != negated;
    }

    public string Key { get; }

    /// <summary>The values listed, none of them empty; null for a pattern.</summary>
    public string[]? Values { get; }

    /// <summary>Whether a listed or matching value fails instead of passing.</summary>
    public bool Negated { get; }

    public bool AbsentPasses { get; }

    public static bool TryCompile(TagMatcher matcher, [NotNullWhen(true)] out CompiledMatcher? compiled, out FieldProblem problem)
    {
        compiled = null;
        var field = $"tags.{matcher.Key}";
        var values = matcher.Values ?? [];
        if (string.IsNullOrEmpty(matcher.Key))
        {
            problem = new("tags", "has an empty key");
            return false;
        }

        var (least, most) = matcher.Kind switch
        {
            MatchKind.Has => (0, 0),
            MatchKind.In => (1, CompiledSelector.MaxValues),
            _ => (1, 1),
        };
        if (values.Count < least || values.Count > most)
        {
            problem = new(field, $"has {values.Count} values to compare with; {matcher.Kind} takes {(least == most ? least : $"{least} to {most}")}");
            return false;
        }

        if (values.Contains(null!))
        {
            problem = new(field, "has a null among the values to compare with");
            return false;
        }

        problem = default;
        switch (matcher.Kind)
        {
            case MatchKind.Equal or MatchKind.In:
                compiled = new(matcher.Key, [.. values.Distinct()], negated: false);
                return true;
            case MatchKind.NotEqual:
                compiled = new(matcher.Key, [values[0]], negated: true);
                return true;
            case MatchKind.Has:
                compiled = new(matcher.Key, [""], negated: true);
                return true;
            case MatchKind.Regex or MatchKind.NotRegex:
                return TryCompilePattern(matcher.Key, values[0], matcher.Kind == MatchKind.NotRegex, field, out compiled, out problem);
            default:
                problem = new(field, $"is compared in an unknown way ({(int)matcher.Kind})");
                return false;
        }
    }

    /// <summary>Whether the value of a tag that is there satisfies the condition.</summary>
    public bool Passes(int value, SymbolTable symbols)
    {
        if (!_verdicts.TryGet(value, out var verdict))
        {
            verdict = Passes(symbols[value]);
            _verdicts.Set(value, verdict);
        }

        return verdict;
    }

    /// <summary>The same for any value, the empty one of an absent tag too.</summary>
    public bool Passes(string value) =>
        value.Length == 0 ? AbsentPasses
        : Values is not null ? Values.Contains(value) != Negated
        : _pattern!.IsMatch(value) != Negated;

    private static bool TryCompilePattern(
        string key, string pattern, bool negated, string field, [NotNullWhen(true)] out CompiledMatcher? compiled, out FieldProblem problem)
    {
        compiled = null;
        problem = default;
        if (pattern.Length > CompiledSelector.MaxPatternLength)
        {
            problem = new(field, $"has an expression of {pattern.Length} characters; at most {CompiledSelector.MaxPatternLength} are allowed");
            return false;
        }

        if (pattern == ".+")
        {
            compiled = new(key, [""], !negated);
            return true;
        }

        if (LiteralAlternatives.TryRead(pattern, out var literals))
        {
            compiled = new(key, [.. literals.Distinct()], negated);
            return true;
        }

        try
        {
            compiled = new(key, ValuePattern.Parse(pattern), negated);
            return true;
        }
        catch (ArgumentException e)
        {
            problem = new(field, $"is not a regular expression: {e.Message}");
        }
        catch (NotSupportedException e)
        {
            problem = new(field, $"has an expression that cannot be run without backtracking: {e.Message}");
        }

        return false;
    }
}
