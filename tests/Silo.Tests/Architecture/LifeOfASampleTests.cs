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

    /// <summary>A table row or list item that has a path under src in backticks, and behind it a method in backticks.</summary>
    private static List<(string Path, string Method)> Hops()
    {
        var hops = new List<(string Path, string Method)>();
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "docs", "life-of-a-sample.md")))
        {
            var item = line.TrimStart();
            if (item.Length == 0 || !(item[0] is '|' or '-' or '*' || char.IsAsciiDigit(item[0])))
            {
                continue;
            }

            var quoted = Quoted().Matches(item).Select(static m => m.Groups[1].Value).ToList();
            var path = quoted.FindIndex(static q => q.StartsWith("src/", StringComparison.Ordinal));
            if (path >= 0)
            {
                Assert.True(path + 1 < quoted.Count, $"{quoted[path]} comes without a method.");
                hops.Add((quoted[path], quoted[path + 1]));
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
