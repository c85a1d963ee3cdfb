using BenchmarkDotNet.Attributes;
using Metrics.Core.Compression;
using Metrics.Core.Model;
using Metrics.Core.Tests.Compression;

namespace Metrics.Benchmarks.Compression;

/// <summary>Appending to and reading a chunk of two hours; times are a sample's.</summary>
[MemoryDiagnoser]
public class ChunkBenchmarks
{
    private readonly byte[] _buffer = new byte[ValueShapes.Count * ChunkAppender.MaxSampleBytes];
    private readonly long[] _timestamps = new long[ValueShapes.Count];
    private readonly double[] _values = new double[ValueShapes.Count];
    private Sample[] _samples = [];
    private byte[] _chunk = [];

    [Params("constant", "integer walk, steps to 5", "3 decimals, walk, sigma 1", "full precision walk")]
    public string Shape { get; set; } = "";

    [Params(0, 5)]
    public int JitterMs { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        double[] values = ValueShapes.Create(Shape, seed: 1);
        var random = new Random(2);
        _samples = Gauges.Jittered(values.Length, 10_000, () => random.Next(-JitterMs, JitterMs + 1), i => values[i]);
        _chunk = _buffer[..Append()];
    }

    [Benchmark(OperationsPerInvoke = ValueShapes.Count)]
    public int Append()
    {
        ChunkAppender appender = default;
        foreach (ref readonly Sample sample in _samples.AsSpan())
        {
            appender.TryAppend(_buffer, sample.TimestampMs, sample.Value);
        }

        return appender.Length;
    }

    [Benchmark(OperationsPerInvoke = ValueShapes.Count)]
    public int Read() => new ChunkReader(_chunk, _samples.Length).Read(_timestamps, _values);
}
