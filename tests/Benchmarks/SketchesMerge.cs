using System.Buffers;
using BenchmarkDotNet.Attributes;
using Metrics.Core.Sketches;

namespace Metrics.Benchmarks;

/// <summary>Sixty one-minute digests into one, their serialized form, and a quantile of the result.</summary>
[MemoryDiagnoser]
public class SketchesMerge
{
    private readonly TDigest _target = new();
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 16);
    private TDigest[] _minutes = [];
    private TDigest _hour = new();
    private byte[] _bytes = [];

    [Params(60, 600)]
    public int PointsPerMinute { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _minutes = [.. Enumerable.Range(0, 60).Select(i => TDigest.FromSorted(SketchesData.Latencies(PointsPerMinute, i)))];
        _hour = new TDigest();
        foreach (var minute in _minutes)
        {
            _hour.Merge(minute);
        }

        _hour.Compact();
        WriteMinute();
        _bytes = _buffer.WrittenSpan.ToArray();
    }

    [Benchmark(OperationsPerInvoke = 60)]
    public double Merge()
    {
        _target.Clear();
        foreach (var minute in _minutes)
        {
            _target.Merge(minute);
        }

        return _target.Count;
    }

    [Benchmark]
    public int WriteMinute()
    {
        _buffer.ResetWrittenCount();
        _minutes[0].Write(_buffer);
        return _buffer.WrittenCount;
    }

    [Benchmark]
    public bool ReadMinute() => TDigest.TryRead(_bytes, out _);

    [Benchmark]
    public double QuantileOfHour() => _hour.Quantile(0.99);
}
