namespace Metrics.Browser.Tests;

/// <summary>Where the sources are, and where screenshots go.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// With METRICS_SCREENSHOTS=1 the folder that the documentation shows; else one beside the tests, so that a run leaves the
    /// tree as it was.
    /// </summary>
    public static string Screenshot(string name) => Path.Combine(
        Environment.GetEnvironmentVariable("METRICS_SCREENSHOTS") == "1"
            ? Path.Combine(Root, "docs", "screenshots")
            : Path.Combine(AppContext.BaseDirectory, "screenshots"),
        name);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Metrics.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"There is no Metrics.sln above {AppContext.BaseDirectory}.");
    }
}
