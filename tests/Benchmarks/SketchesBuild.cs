using BenchmarkDotNet.Attributes;
using Metrics.Core.Sketches;

namespace Metrics.Benchmarks;

/// <summary>A digest of sorted points: into a new one, and into one that has its memory already.</summary>
[MemoryDiagnoser]
public class SketchesBuild
{
    private readonly TDigest _warm = new();
    private double[] _sorted = [];

    [Params(60, 600, 10_000)]
    public int Points { get; set; }

    [GlobalSetup]
    public void Setup() => _sorted = SketchesData.Latencies(Points, 1);

    [Benchmark]
    public TDigest FromSorted() => TDigest.FromSorted(_sorted);

    [Benchmark]
    public double AddSorted()
    {
        _warm.Clear();
        _warm.AddSorted(_sorted);
        return _warm.Count;
    }
}
