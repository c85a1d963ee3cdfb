using Metrics.Core.Model;
using Metrics.Core.Series;
using Metrics.Core.Storage;
using Metrics.Core.Tests.Compression;

namespace Metrics.Benchmarks.Maintenance;

/// <summary>Kinds of values, a sample a second.</summary>
internal enum SecondValues
{
    /// <summary>Whole numbers of 0 to 100 on a walk, as those of the TSBS "cpu-only" hosts.</summary>
    Whole,

    /// <summary>A walk of three decimals, a few milliseconds early or late.</summary>
    Gauge,

    /// <summary>Latencies of three decimals, lognormal, independent.</summary>
    Latency,

    /// <summary>Counters that never begin again.</summary>
    Counter,
}

/// <summary>Makes one window after another and appends it.</summary>
internal sealed class SecondSource
{
    private const int Batch = 600;

    private readonly SecondValues _kind;
    private readonly Random _random = new(7);
    private readonly double[] _levels;

    public SecondSource(SecondValues kind, int series)
    {
        _kind = kind;
        _levels = new double[series];
        foreach (ref var level in _levels.AsSpan())
        {
            level = 100 * _random.NextDouble();
        }
    }

    public async Task FillAsync(CostStorage storage, int window, Costs costs)
    {
        var fromMs = CostStorage.StartMs + (window * SeriesBuffer.WindowMs);
        for (var batch = 0L; batch < SeriesBuffer.WindowMs / 1000; batch += Batch)
        {
            storage.MoveTo((window * SeriesBuffer.WindowMs) + ((batch + Batch) * 1000));
            using var samples = new SampleBuffer();
            for (var i = 0; i < _levels.Length; i++)
            {
                var series = storage.Series[i];
                for (var second = batch; second < batch + Batch; second++)
                {
                    var jitterMs = _kind == SecondValues.Gauge ? (long)Math.Round(5 * Gauges.Gaussian(_random)) : 0;
                    samples.Add(series, Math.Max(fromMs, fromMs + (second * 1000) + jitterMs), Next(ref _levels[i]));
                }
            }

            costs.Samples += (long)_levels.Length * Batch;
            await costs.MeasureAsync(Phase.Append, async () => await storage.Context.Engine.AppendAsync(samples, CancellationToken.None));
        }
    }

    private double Next(ref double level) => _kind switch
    {
        SecondValues.Whole => Math.Floor(level = Math.Clamp(level + Gauges.Gaussian(_random), 0, 100)),
        SecondValues.Gauge => Math.Round(level += 0.1 * Gauges.Gaussian(_random), 3),
        SecondValues.Latency => Math.Round(50 * Math.Exp(0.7 * Gauges.Gaussian(_random)), 3),
        _ => level = Math.Floor(level) + _random.Next(0, 200),
    };
}
