namespace Metrics.Silo.Tests.Senders;

/// <summary>Programs of other people that tests run. They are required, unless whoever runs the tests said that nothing is installed.</summary>
internal static class Installed
{
    /// <returns>The path of a program.</returns>
    public static string Program(string name, string package)
    {
        var path = Path.Combine("/usr/bin", name);
        var missing = !File.Exists(path);
        Assert.SkipWhen(missing && Environment.GetEnvironmentVariable("METRICS_NO_INSTALL") == "1", $"{package} is not installed.");
        Assert.False(missing, $"There is no {path}: install Debian's {package}, as ./test.sh does, or set METRICS_NO_INSTALL=1.");
        return path;
    }
}
