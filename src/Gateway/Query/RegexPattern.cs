using System.Text.RegularExpressions;
using Metrics.Gateway.Problems;

namespace Metrics.Gateway.Query;

/// <summary>Checks regular expressions before they reach the index, so that a bad one is the sender's error and names the field.</summary>
internal static class RegexPattern
{
    /// <exception cref="ApiException">Too long, not a regular expression, or one that costs too much to run.</exception>
    public static string Check(string pattern, string field, int maxLength)
    {
        if (pattern.Length > maxLength)
        {
            throw ApiException.BadField(field, $"is {pattern.Length} characters long; at most {maxLength} are allowed");
        }

        try
        {
            // The index anchors it; unanchored it must stand on its own, or "a)(b" would slip through the anchors' brackets.
            _ = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return pattern;
        }
        catch (NotSupportedException)
        {
            throw ApiException.BadField(field, "cannot run without backtracking, or only as a very large automaton: leave out look-around, back-references and large repeat counts");
        }
        catch (RegexParseException e)
        {
            throw ApiException.BadField(field, $"is not a regular expression: {e.Message.TrimEnd('.')}");
        }
    }
}
