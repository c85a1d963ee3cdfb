namespace Metrics.Tests.Shared;

/// <summary>Where the sources are, and what is built from them beside the tests.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The build output of a project under <c>src</c>, in the configuration and for the framework of these tests.</summary>
    public static string Output(string project)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(Root, "src", project, "bin", framework.Parent!.Name, framework.Name);
    }

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
