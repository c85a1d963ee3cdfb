using System.Text.RegularExpressions;
using Metrics.Tests.Shared;

namespace Metrics.Silo.Tests.Architecture;

/// <summary>docs/life-of-a-sample.md names a file and a method for each hop; they have to exist.</summary>
public partial class LifeOfASampleTests
{
    private const int LeastHops = 6;

    [Fact]
    public void Every_hop_names_a_file_and_a_method_in_it()
    {
        var hops = Hops();
        Assert.True(hops.Count >= LeastHops, $"It has {hops.Count} hops.");
        foreach (var (path, method) in hops)
        {
            var file = Path.Combine(Repository.Root, path);
            Assert.True(File.Exists(file), $"{path} does not exist.");
            Assert.True(Declares(File.ReadAllText(file), method), $"{path} has no method {method}.");
        }
    }

    /// <summary>Wherever a line has a path under src in backticks, what it has in backticks next is a method.</summary>
    private static List<(string Path, string Method)> Hops()
    {
        var hops = new List<(string Path, string Method)>();
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "docs", "life-of-a-sample.md")))
        {
            var quoted = Quoted().Matches(line).Select(static m => m.Groups[1].Value).ToList();
            for (var i = 0; i < quoted.Count; i++)
            {
                if (quoted[i].StartsWith("src/", StringComparison.Ordinal))
                {
                    Assert.True(i + 1 < quoted.Count, $"{quoted[i]} comes without a method.");
                    hops.Add((quoted[i], quoted[i + 1]));
                }
            }
        }

        return hops;
    }

    /// <summary>A declaration: a type or a modifier before the name, parameters after it.</summary>
    private static bool Declares(string source, string method)
    {
        var name = method.Split('(')[0].Split('.')[^1];
        return Regex.IsMatch(source, $@"^\s+(?:(?:public|internal|private|protected|static|async|override|sealed|readonly)\s+)*[\w<>\[\]?.,() ]+\s{Regex.Escape(name)}(?:<[^>]*>)?\(", RegexOptions.Multiline);
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
