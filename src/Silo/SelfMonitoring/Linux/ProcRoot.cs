namespace Metrics.Silo.SelfMonitoring.Linux;

/// <summary>The folder that <c>proc</c> and <c>sys</c> are under: <c>/</c>, or a fixture.</summary>
internal sealed record ProcRoot(string Path)
{
    /// <param name="path">Such as <c>proc/stat</c>.</param>
    public string Combine(string path) => System.IO.Path.Combine(Path, path);
}
