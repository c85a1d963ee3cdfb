using BenchmarkDotNet.Attributes;
using Metrics.Core.Memory;
using Metrics.Core.Series;

namespace Metrics.Benchmarks;

/// <summary>Samples in order into 100,000 series, one each at a time, as scrapes bring them: a cache miss or more a sample.</summary>
[MemoryDiagnoser]
public class SeriesBufferBenchmarks
{
    public const int Series = 100_000;

    private readonly ChunkPool _pool = new();
    private readonly LiveSeries[] _series = [.. Enumerable.Range(0, Series).Select(static i => new LiveSeries(default, 0, i))];
    private readonly double[] _values = new double[4096];
    private long _round;

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        for (var i = 0; i < _values.Length; i++)
        {
            _values[i] = Math.Round(random.NextDouble() * 100, 2);
        }
    }

    [Benchmark(OperationsPerInvoke = Series)]
    public void AppendInOrder()
    {
        var at = 1_700_000_000_000 + (_round++ * 10_000);
        for (var i = 0; i < _series.Length; i++)
        {
            _series[i].Append(_pool, at, _values[(i + _round) & 4095]);
        }
    }

    [GlobalCleanup]
    public void Report()
    {
        long samples = 0, bytes = 0;
        foreach (var series in _series)
        {
            var held = series.GetStatistics();
            samples += held.Samples;
            bytes += held.Bytes;
        }

        Console.WriteLine(
            $"{samples} samples, {(double)bytes / samples:0.00} B each; slots {_pool.UsedBytes >> 20} MiB, reserved {_pool.ReservedBytes >> 20} MiB");
    }
}
