using System.Text;

namespace Metrics.Core.Index;

/// <summary>Reads expressions that are no more than a list of texts: <c>a|b|c</c>, <c>(GET|PUT)</c>, <c>10\.0\.0\.1</c>.</summary>
internal static class LiteralAlternatives
{
    public static bool TryRead(ReadOnlySpan<char> pattern, out string[] literals)
    {
        literals = [];
        if (pattern.Length >= 2 && pattern[0] == '(' && pattern[^1] == ')' && pattern[^2] != '\\')
        {
            pattern = pattern[(pattern.StartsWith("(?:") ? 3 : 1)..^1];
        }

        var found = new List<string>();
        var text = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '|')
            {
                found.Add(text.ToString());
                text.Clear();
                continue;
            }

            if (c == '\\')
            {
                // An escaped letter or digit means something else.
                if (++i == pattern.Length || !char.IsAscii(pattern[i]) || char.IsLetterOrDigit(pattern[i]) || pattern[i] == '_')
                {
                    return false;
                }

                c = pattern[i];
            }
            else if ("*+?{[()^$.".Contains(c))
            {
                return false;
            }

            text.Append(c);
        }

        found.Add(text.ToString());
        literals = [.. found];
        return true;
    }
}
