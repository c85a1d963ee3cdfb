using System.Diagnostics.CodeAnalysis;
using Metrics.Core.Model;
using Metrics.Core.Query;

namespace Metrics.Core.Index;

/// <summary>
/// A <see cref="SeriesSelector"/> that was checked and whose expressions are ready to run: made once a query and used on every
/// shard of the process. Thread-safe, but for indexes of one <see cref="SymbolTable"/> only.
/// </summary>
public sealed class CompiledSelector
{
    /// <summary>Characters of a regular expression.</summary>
    public const int MaxPatternLength = 1024;

    /// <summary>Conditions of one selector.</summary>
    public const int MaxMatchers = 64;

    /// <summary>Values of one <see cref="MatchKind.In"/>.</summary>
    public const int MaxValues = 10_000;

    /// <summary>Every series.</summary>
    public static readonly CompiledSelector All = new(null, []);

    private SymbolTable? _symbols;

    private CompiledSelector(string? metric, CompiledMatcher[] matchers)
    {
        Metric = metric;
        Matchers = matchers;
    }

    /// <summary>The exact metric name, or null for any.</summary>
    public string? Metric { get; }

    internal CompiledMatcher[] Matchers { get; }

    internal bool IsAll => Metric is null && Matchers.Length == 0;

    /// <summary>Checks and compiles.</summary>
    /// <param name="selector">What was asked for.</param>
    /// <param name="compiled">The selector, when true is returned.</param>
    /// <param name="problem">The tag at fault (<c>tags.region</c>) and the reason, when false is returned.</param>
    public static bool TryCompile(SeriesSelector selector, [NotNullWhen(true)] out CompiledSelector? compiled, out FieldProblem problem)
    {
        ArgumentNullException.ThrowIfNull(selector);
        compiled = null;
        problem = default;
        if (selector.Matchers.Count > MaxMatchers)
        {
            problem = new("tags", $"has {selector.Matchers.Count} conditions; at most {MaxMatchers} are allowed");
            return false;
        }

        var matchers = new CompiledMatcher[selector.Matchers.Count];
        for (var i = 0; i < matchers.Length; i++)
        {
            if (!CompiledMatcher.TryCompile(selector.Matchers[i], out var matcher, out problem))
            {
                return false;
            }

            matchers[i] = matcher;
        }

        compiled = new CompiledSelector(selector.Metric, matchers);
        return true;
    }

    /// <summary>The verdicts kept for symbols are worth nothing with another table.</summary>
    internal void BindTo(SymbolTable symbols)
    {
        if (!IsAll && Interlocked.CompareExchange(ref _symbols, symbols, null) is { } other && other != symbols)
        {
            throw new InvalidOperationException("A compiled selector was used on indexes of two symbol tables.");
        }
    }
}
