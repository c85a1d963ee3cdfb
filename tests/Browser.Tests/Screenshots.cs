using Metrics.Tests.Shared;

namespace Metrics.Browser.Tests;

/// <summary>Where screenshots go.</summary>
internal static class Screenshots
{
    /// <summary>
    /// With METRICS_SCREENSHOTS=1 the folder that the documentation shows; else one beside the tests, so that a run leaves the
    /// tree as it was.
    /// </summary>
    public static string PathOf(string name) => Path.Combine(
        Environment.GetEnvironmentVariable("METRICS_SCREENSHOTS") == "1"
            ? Path.Combine(Repository.Root, "docs", "screenshots")
            : Path.Combine(AppContext.BaseDirectory, "screenshots"),
        name);
}
