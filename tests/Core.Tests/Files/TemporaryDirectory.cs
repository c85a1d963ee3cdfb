namespace Metrics.Core.Tests.Files;

/// <summary>A directory of the operating system that goes away with its test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("metrics-tests-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
