using Metrics.Core.Ingestion;
using Metrics.Silo.SelfMonitoring;
using Metrics.Silo.SelfMonitoring.Linux;
using Microsoft.Extensions.Time.Testing;

namespace Metrics.Silo.Tests.SelfMonitoring;

/// <summary>A folder that stands for a host's root, a clock, and a recorder over chosen sources.</summary>
internal sealed class HostFixture : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("metrics-host-");
    private HostRecorder? _recorder;

    public ProcRoot Root => new(_folder.FullName);

    public HostSeries Series { get; } = new("h");

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));

    public RecordingWriter Writer { get; } = new();

    public void Write(string path, string text)
    {
        var file = new FileInfo(Root.Combine(path));
        file.Directory!.Create();
        File.WriteAllText(file.FullName, text.ReplaceLineEndings("\n"));
    }

    public void AddDisk(string device) => Directory.CreateDirectory(Root.Combine($"sys/block/{device}"));

    /// <summary>Records one second after the last time, and returns what was written.</summary>
    public async Task<Dictionary<string, double>> RecordAsync(params IMonitorSource[] sources)
    {
        _recorder ??= new HostRecorder(Writer, sources, Time);
        Time.Advance(TimeSpan.FromSeconds(1));
        await _recorder.RecordAsync(Time.GetUtcNow().ToUnixTimeMilliseconds(), TestContext.Current.CancellationToken);
        return Writer.Last();
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
