namespace Metrics.Silo.Commands;

/// <summary>Lines for people and for grep: not wrapped at the width of a terminal.</summary>
internal static class Text
{
    public static void Write(string line) => Console.Out.WriteLine(line);
}
