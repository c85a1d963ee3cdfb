using BenchmarkDotNet.Attributes;
using Metrics.Core.Files;
using Metrics.Core.Wal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Metrics.Benchmarks;

/// <summary>Appends by one caller, appends by many at once, and the replay of a gigabyte-sized log, per record.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class WalBenchmarks
{
    private const int Callers = 64;
    private const int ReplayBytes = 512 * 1024 * 1024;

    private string _directory = "";
    private byte[] _payload = [];
    private WriteAheadLog? _log;
    private Task[] _tasks = [];

    [Params(100, 30_000)]
    public int PayloadBytes { get; set; }

    [GlobalSetup(Targets = [nameof(Append), nameof(AppendConcurrently)])]
    public void OpenLog()
    {
        CreatePayload();
        _log = Open();
    }

    [GlobalSetup(Target = nameof(Replay))]
    public async Task WriteLog()
    {
        CreatePayload();
        await using var log = Open();
        for (long written = 0; written < ReplayBytes; written += PayloadBytes)
        {
            await log.AppendAsync(1, _payload);
        }
    }

    [GlobalCleanup]
    public async Task Remove()
    {
        if (_log is not null)
        {
            await _log.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    [Benchmark]
    public async Task Append()
    {
        await _log!.AppendAsync(1, _payload);
        _log.RemoveSegmentsBefore(_log.CurrentSegment);
    }

    [Benchmark(OperationsPerInvoke = Callers)]
    public async Task AppendConcurrently()
    {
        for (var i = 0; i < Callers; i++)
        {
            _tasks[i] = Task.Run(async () => await _log!.AppendAsync(1, _payload));
        }

        await Task.WhenAll(_tasks);
        _log!.RemoveSegmentsBefore(_log.CurrentSegment);
    }

    /// <summary>The whole log of 512 MiB, from the page cache.</summary>
    [Benchmark]
    public async Task<long> Replay()
    {
        await using var log = Open();
        return log.Recovery.Records;
    }

    private void CreatePayload()
    {
        _directory = Directory.CreateTempSubdirectory("wal-benchmark-").FullName;
        _payload = new byte[PayloadBytes];
        new Random(1).NextBytes(_payload);
        _tasks = new Task[Callers];
    }

    private WriteAheadLog Open() => WriteAheadLog.Open(
        _directory, new WalOptions(), LocalFileSystem.Instance, (_, _, _) => { }, new SystemClock(), NullLogger.Instance);

    private sealed class SystemClock : TimeProvider;
}
